"""Looks for personal data in rows while reading goes on: RE2 leaves Python's lock to others while it searches."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple, Self

from shared.data.account import Account
from shared.data.pii import Scanner

BATCH: Final = 2**19
"""Characters that are searched at once."""
_WAITING: Final = 2
"""Batches that may wait for the thread."""


class _Text(NamedTuple):
    text: str
    account: Account
    file: str | None
    line: int

    def tell(self, kinds: tuple[str, ...]) -> None:
        self.account.see(kinds, self.file, self.line)


class Watch:
    """One thread that searches texts; what they hold is told to their account by the caller's, in their order."""

    def __init__(self) -> None:
        self._scanner = Scanner()
        self._thread = ThreadPoolExecutor(1, "watch")
        self._batch: list[_Text] = []
        self._size = 0
        self._waiting: deque[Future[list[tuple[_Text, tuple[str, ...]]]]] = deque()

    def add(self, text: str, account: Account) -> None:
        """Search ``text``, which stands where the account's reading is, now or later."""
        self._batch.append(_Text(text, account, account.file, account.line))
        self._size += len(text)
        if self._size >= BATCH:
            self._begin(_WAITING)

    def settle(self) -> None:
        """Wait until everything is searched and told."""
        self._begin(0)

    def _begin(self, waiting: int) -> None:
        if self._batch:
            self._waiting.append(self._thread.submit(self._search, self._batch))
        self._batch, self._size = [], 0
        while len(self._waiting) > waiting:
            for one, kinds in self._waiting.popleft().result():
                one.tell(kinds)

    def _search(self, batch: list[_Text]) -> list[tuple[_Text, tuple[str, ...]]]:
        """Most batches hold nothing: that is seen at one glance."""
        if not self._scanner.finds("\0".join([one.text for one in batch])):
            return []
        return [(one, kinds) for one in batch if (kinds := self._scanner.kinds(one.text))]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)
