"""The projection: a policy's calendar years, decrements and cash flows, before and after the increase."""
