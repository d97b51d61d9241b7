import re
from datetime import UTC, datetime

import pytest

from shared.core.errors import NotFoundError
from shared.ports import Ports
from tests.contract.laptop import Laptop
from tests.contract.ports.conftest import azure_ports
from tests.contract.ports.worlds import StandIn, World


class TestCatalog:
    def test_a_base_model_has_its_sizes_defaults_and_context_window(self, world: World) -> None:
        model = world.ports.catalog.foundation_model("Phi-4")
        assert model is not None
        assert model.id == "azureml://registries/azureml/models/Phi-4/versions/8"
        assert (model.name, model.version) == ("Phi-4", "8")
        assert "Standard_NC24ads_A100_v4" in model.finetune_skus
        assert "per_device_train_batch_size" in model.defaults
        assert model.finetune_retires is None
        assert model.context_window == 16384

    def test_an_absent_model_or_cluster_is_none(self, world: World) -> None:
        assert world.ports.catalog.foundation_model("No-Such-Model") is None
        assert world.ports.catalog.compute("no-such-cluster") is None

    def test_the_component_declares_its_inputs(self, world: World) -> None:
        component = world.ports.catalog.component()
        versions = "azureml://registries/azureml/components/chat_completion_pipeline/versions"
        assert re.fullmatch(rf"{versions}/[0-9]+(\.[0-9]+)*", component.id)
        epochs, lora = component.inputs["num_train_epochs"], component.inputs["apply_lora"]
        assert (epochs.type, epochs.min) == ("integer", 1)
        assert (lora.type, lora.enum) == ("string", ["true", "false"])

    def test_a_cluster_has_its_size_gpus_and_state(self, world: World) -> None:
        cluster = world.ports.catalog.compute("gpu-cluster")
        assert cluster is not None
        assert (cluster.size, cluster.gpus) == ("Standard_NC24ads_A100_v4", 1)
        assert cluster.provisioning_state == "Succeeded"
        assert cluster in world.ports.catalog.computes()


class TestAzureMLCatalog:
    def test_sizes_are_read_from_python_literals_too(self, workspace: World) -> None:
        model = workspace.ports.catalog.foundation_model("Phi-3.5-mini-instruct")
        assert model is not None
        assert "Standard_NC24ads_A100_v4" in model.finetune_skus
        assert model.defaults["learning_rate_min"] == 5e-07

    def test_a_base_models_retirement_is_read_from_its_metadata(self, workspace: World) -> None:
        model = workspace.ports.catalog.foundation_model("Phi-3-mini-4k-instruct")
        assert model is not None
        assert model.finetune_retires == datetime(2025, 8, 30, tzinfo=UTC)

    def test_clusters_of_all_kinds_are_listed_with_their_gpus(self, workspace: World) -> None:
        clusters = {cluster.name: cluster for cluster in workspace.ports.catalog.computes()}
        assert clusters["cpu-cluster"].gpus == 0
        assert clusters["nd40-cluster"].gpus == 8
        assert clusters["new-cluster"].provisioning_state == "Creating"

    def test_the_error_names_a_registry_without_the_component(self, identified: Laptop, stand_in: StandIn) -> None:
        ports: Ports = azure_ports(identified, **{**stand_in.settings, "component": "no_such_component"})
        with pytest.raises(NotFoundError, match=r"'azureml' has no component 'no_such_component'.*TUNEDROP_COMPONENT"):
            ports.catalog.component()
