"""The practice account: a local server that speaks AWS's protocols and bills nobody.

Whatever runs or stands in SageMaker, its metrics and what guards a launch are answered here;
every other call goes to moto, unchanged. Needs the extra ``mlcost-ext[sandbox]``.
"""
