"""The policy: text in, `Policy` out; fetching is others' work."""
