"""An index that finds the sheets made under other law in the order of cases.

After a change of law every sheet is old. The index on the token alone gave them in no order, so
each batch of the sweep sorted all of them again: 2 s a batch at five million.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("deadlines", "0007_lists")]
    operations = [
        AddIndexConcurrently(
            "sheet", models.Index(fields=["token", "case"], name="sheet_made_under")
        ),
        RemoveIndexConcurrently("sheet", "sheet_token"),
    ]
