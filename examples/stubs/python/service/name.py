"""The service's name: in its tag `service:NAME` and in its keys. Of the sources only this file knows it."""

NAME = "funds"
