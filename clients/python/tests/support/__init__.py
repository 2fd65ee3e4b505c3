"""What the tests run on: servers, stores, accounts, and programs beside the package. The fixtures are in conftest.py."""
