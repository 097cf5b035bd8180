# SPDX-License-Identifier: MIT
"""The interop test bed: real XMPP servers, real clients and scripted peers in one private network."""
