"""Papers: one structured text, set as PDF and as an editable Word file.

``model`` says what a paper holds, ``pdf.to_pdf`` and ``docx.to_docx`` set it after
GB/T 9704-2012, ``fonts`` chooses the fonts. Nothing here knows about cases, courts or Django.
"""
