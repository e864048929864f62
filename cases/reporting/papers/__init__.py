"""What is written: the ledger, its summary, the bulletin; as workbooks and as papers."""
