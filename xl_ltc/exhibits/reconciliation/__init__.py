"""The parts of the reconciliation to the published numbers; ``xl_ltc.exhibits.reconcile`` puts them together."""
