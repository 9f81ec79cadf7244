"""How often the address of a feed was made anew: nothing of the address itself is kept."""

from sqlalchemy import insert, select, update

from scheduler.store.rows import Rows
from scheduler.store.web_tables import feed


class SqlFeeds(Rows):
    """The generations of a programme's feeds. Every method raises Unavailable where the database fails."""

    def generation(self, owner: str) -> int:
        """Of a feed's address; 0: it was never made anew."""
        rows = self._read(select(feed.c.generation).where(self._of(feed), feed.c.owner == owner))
        return int(rows[0]["generation"]) if rows else 0

    def renew(self, owner: str) -> None:
        """Count it up: the address that was handed out ends."""
        mine = self._of(feed) & (feed.c.owner == owner)
        with self._alone() as connection:
            counted = update(feed).where(mine).values(generation=feed.c.generation + 1)
            if not connection.execute(counted).rowcount:
                connection.execute(insert(feed), {"programme": self.programme, "owner": owner, "generation": 1})
