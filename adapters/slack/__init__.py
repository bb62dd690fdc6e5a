"""Slack: Bolt's app and SDK at the edge, translated into the service's words and back."""
