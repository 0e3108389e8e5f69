"""Train a control network on images, hints and prompts of the graph."""

from comfy_api.latest import io

from ..control.training.run import Plan
from ..host.graph_training import train_control
from ..host.readout import Panel
from ..host.teaching import as_latents
from ..host.training import PRECISIONS, Course
from .applying import node_id


class TrainControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureTrainControl",
            display_name="Train Control",
            category="Armature/training",
            description="Trains a copy of a control network; the base stays as it is. Cancel stops it after a step. "
            "With a name it writes checkpoints into output/training, and goes on from the last one when it is queued "
            "again.",
            search_aliases=["train controlnet", "finetune controlnet"],
            is_input_list=True,
            inputs=[
                io.Model.Input("model", tooltip="The base that the control is for. Its LoRAs take part."),
                io.ControlNet.Input("control_net", tooltip="From Create Control, or a trained one to go on from."),
                io.Latent.Input(
                    "latents",
                    optional=True,
                    tooltip="The images, from VAE Encode: a batch, or a list of any sizes.",
                ),
                io.Image.Input("hints", tooltip="Their control maps, in the same order."),
                io.Conditioning.Input("positive", tooltip="Their prompts in the same order, or one for all."),
                io.Conditioning.Input(
                    "empty", optional=True, tooltip="The empty prompt, that takes the place of dropped ones."
                ),
                io.Int.Input("steps", default=1000, min=1, max=10_000_000, tooltip="Updates of the weights, in all."),
                io.Int.Input("batch_size", default=4, min=1, max=1024, tooltip="Images of a step, drawn at random."),
                io.Int.Input(
                    "accumulate",
                    default=1,
                    min=1,
                    max=1024,
                    tooltip="Batches of a step. More of them cost time instead of memory, and often help more than "
                    "more steps.",
                ),
                io.Float.Input(
                    "learning_rate",
                    default=1e-5,
                    min=1e-8,
                    max=1.0,
                    step=1e-8,
                    round=1e-8,
                    tooltip="1e-5 for ControlNet and XS on Stable Diffusion, 1e-4 for XS on SDXL, as published.",
                ),
                io.Float.Input(
                    "dropped_prompts",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    tooltip="Share of the prompts that are replaced by the empty one, so that the control learns to "
                    "read the hint.",
                ),
                io.Combo.Input(
                    "precision",
                    options=list(PRECISIONS),
                    default="fp32",
                    tooltip="What is computed in. The control's weights stay fp32; bf16 halves the memory of the rest.",
                ),
                io.Int.Input("seed", default=0, min=0, max=2**63 - 1, tooltip="Of batches, noise and dropped prompts."),
                io.String.Input(
                    "name",
                    default="",
                    tooltip="Of its checkpoint in output/training. Without one, a run that is cancelled is lost.",
                ),
                io.Int.Input(
                    "keep_every", default=200, min=1, max=1_000_000, advanced=True, tooltip="Steps between checkpoints."
                ),
                io.Float.Input(
                    "average",
                    default=0.0,
                    min=0.0,
                    max=0.9999,
                    step=0.0001,
                    round=0.0001,
                    advanced=True,
                    tooltip="Gives the moving average of the weights instead, of which every step keeps this much; "
                    "0.999 is usual. 0 is none.",
                ),
                io.Int.Input(
                    "only_middle_until",
                    default=0,
                    min=0,
                    max=10_000_000,
                    advanced=True,
                    tooltip="Until this step only the middle block is linked, which is easier to learn from few "
                    "images; then the others are.",
                ),
                io.Boolean.Input(
                    "unlock_decoder",
                    default=False,
                    advanced=True,
                    tooltip="The base's decoder learns too, for very many images and a low learning rate. The model "
                    "output then has it.",
                ),
                io.Boolean.Input(
                    "gradient_checkpointing",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="Needs a fraction of the memory beside the weights, and up to half more time; the "
                    "result is the same.",
                ),
                io.Int.Input(
                    "picture_every",
                    default=100,
                    min=0,
                    max=1_000_000,
                    optional=True,
                    advanced=True,
                    tooltip="After so many steps the first image is drawn from its hint and shown on the node, roughly "
                    "and without guidance. 0: never.",
                ),
                io.Image.Input(
                    "images", optional=True, tooltip="The images themselves, instead of latents; they need vae."
                ),
                io.Vae.Input("vae", optional=True, tooltip="The base's, for images."),
            ],
            hidden=[io.Hidden.unique_id],
            outputs=[
                io.ControlNet.Output(display_name="control_net", tooltip="The trained control."),
                io.Model.Output(display_name="model", tooltip="The base; changed only with unlock_decoder."),
                io.Custom("LOSS_MAP").Output(display_name="loss_map", tooltip="For ComfyUI's Plot Loss Graph."),
            ],
        )

    @classmethod
    def execute(cls, hints, positive, latents=None, images=None, empty=None, **single) -> io.NodeOutput:
        only = {key: values[0] for key, values in single.items()}
        latents = as_latents(latents, images, only.get("vae"))
        plan = Plan(
            steps=only["steps"],
            learning_rate=only["learning_rate"],
            seed=only["seed"],
            accumulate=only["accumulate"],
            average=only["average"],
            keep_every=only["keep_every"],
        )
        course = Course(
            plan=plan,
            batch=only["batch_size"],
            dropped=only["dropped_prompts"],
            precision=only["precision"],
            middle_until=only["only_middle_until"],
            unlock_decoder=only["unlock_decoder"],
            name=only["name"],
            recompute=only.get("gradient_checkpointing", False),
            picture_every=only.get("picture_every", 0),
        )
        spare, panel = empty[0] if empty else None, Panel(node_id(cls))
        trained = train_control(only["model"], only["control_net"], latents, hints, positive, spare, course, panel)
        return io.NodeOutput(trained.control, trained.model, {"loss": trained.losses})
