"""The command line around the dbt project: land, check, build, publish, explain."""
