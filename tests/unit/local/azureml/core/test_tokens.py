import pytest

from local import identity
from local.azureml.core.errors import ApiError
from local.azureml.core.tokens import Plane, check

BASE = "https://127.0.0.1:1"


def bearer(audience: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {identity.token(audience)}"}


@pytest.mark.parametrize(
    ("plane", "audience"),
    [
        (Plane.ARM, "https://management.azure.com/"),
        (Plane.ARM, BASE),
        (Plane.DATA, "https://ml.azure.com"),
        (Plane.STORAGE, "https://storage.azure.com/"),
    ],
)
def test_token_for_the_right_audience_passes(plane: Plane, audience: str) -> None:
    check(plane, bearer(audience), {}, BASE)


@pytest.mark.parametrize(
    ("plane", "audience"),
    [(Plane.ARM, "https://ml.azure.com"), (Plane.STORAGE, BASE), (Plane.DATA, "https://storage.azure.com")],
)
def test_token_for_a_wrong_audience_does_not(plane: Plane, audience: str) -> None:
    with pytest.raises(ApiError, match="wrong audience"):
        check(plane, bearer(audience), {}, BASE)


def test_blobs_open_to_a_signature_or_an_account_key() -> None:
    check(Plane.STORAGE, {}, {"sig": "x"}, BASE)
    check(Plane.STORAGE, {"Authorization": "SharedKey account:x"}, {}, BASE)
    with pytest.raises(ApiError):
        check(Plane.ARM, {}, {"sig": "x"}, BASE)
