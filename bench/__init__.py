"""What mlcost-ext costs JupyterLab: time, memory, processor, requests, delays."""
