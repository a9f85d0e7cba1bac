"""supervisord's XML-RPC, so that `supervisorctl` and whatever else speaks it works unchanged.

A pure translation into the supervisor's own commands: nothing here decides anything. Names,
numbers, structs and texts follow the API's version 3.0, as supervisord 4.3 answers.
"""
