"""Tell people: what there is to tell (`occasions`), to whom and when (`due`), in which words (`notice`), by which way
(`channels`).
"""
