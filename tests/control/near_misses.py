"""Files that lie near control models, by kind: a few true key names of each layout that a kind has."""

UP, DOWN = "lora_up.weight", "lora_down.weight"
BLOCK = "down_blocks.0.attentions.0.transformer_blocks.0.attn1"
FLUX = "double_blocks.0.img_attn.norm.key_norm.scale"
CLIP = "text_model.embeddings.token_embedding.weight"

NEAR_MISSES: dict[str, list[list[str]]] = {
    "a SparseCtrl": [
        [
            "conv_in.weight",
            "controlnet_cond_embedding.conv_in.weight",
            "controlnet_down_blocks.0.weight",
            "down_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight",
        ],
        [
            "conv_in.weight",
            "controlnet_cond_embedding.weight",
            "controlnet_down_blocks.0.weight",
            "down_blocks.0.motion_modules.0.transformer_blocks.0.attn1.to_q.weight",
        ],
        ["module.controlnet_cond_embedding.conv_in.weight", "module.down_blocks.0.motion_modules.0.proj_in.weight"],
    ],
    "a ControlNet for Stable Video Diffusion": [
        [
            "conv_in.weight",
            "controlnet_cond_embedding.conv_in.weight",
            "controlnet_down_blocks.0.weight",
            "down_blocks.0.resnets.0.temporal_res_block.conv1.weight",
        ]
    ],
    "a Uni-ControlNet": [
        ["local_adapter.zero_convs.0.0.weight", "local_adapter.input_blocks.0.0.weight"],
        ["global_adapter.ff.net.0.proj.weight"],
        [
            "model.diffusion_model.input_blocks.0.0.weight",
            "local_adapter.input_blocks.0.0.weight",
            "global_adapter.ff.net.2.weight",
            "first_stage_model.decoder.conv_in.weight",
            "first_stage_model.encoder.conv_in.weight",
        ],
    ],
    "a control-lora in PEFT's layout": [
        ["base_model.model.conv_in.lora_A.weight", f"base_model.model.{BLOCK}.to_q.lora_A.weight"],
        ["base_model.model.conv_in.lora_A.default.weight", f"base_model.model.{BLOCK}.to_q.lora_B.default.weight"],
    ],
    "an IP-Adapter, or the face half of InstantID": [
        ["image_proj.proj.weight", "image_proj.norm.weight", "ip_adapter.1.to_k_ip.weight"],
        ["image_proj.latents", "image_proj.proj_in.weight", "ip_adapter.1.to_k_ip.weight"],
        ["image_proj.proj.0.weight", "image_proj.proj.2.bias", "ip_adapter.1.to_v_ip.weight"],
    ],
    "an IP-Adapter FaceID": [
        [
            "image_proj.proj.0.weight",
            "ip_adapter.0.to_q_lora.down.weight",
            "ip_adapter.0.to_q_lora.up.weight",
            "ip_adapter.1.to_k_ip.weight",
        ]
    ],
    "an IP-Adapter for Flux": [
        [
            "double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight",
            "ip_adapter_proj_model.proj.weight",
        ]
    ],
    "a PuLID": [
        ["id_adapter.latents", "id_adapter_attn_layers.1.id_to_k.weight"],
        ["pulid_encoder.latents", "pulid_ca.0.to_q.weight"],
    ],
    "a PhotoMaker": [
        [
            "id_encoder.visual_projection_2.weight",
            "id_encoder.vision_model.embeddings.class_embedding",
            f"lora_weights.unet.{BLOCK}.processor.to_q_lora.up.weight",
        ]
    ],
    "a T2I style adapter": [["style_embedding", "proj", "transformer_layes.0.attn.in_proj_weight", "ln_post.weight"]],
    "a Flux Redux style model": [["redux_up.weight", "redux_down.weight"]],
    "a CoAdapter fuser": [
        [
            "task_embedding",
            "positional_embedding",
            "seq_proj",
            "spatial_feat_mapping.0.1.weight",
            "spatial_ch_projs.0.weight",
            "transformer_layes.0.attn.in_proj_weight",
        ]
    ],
    "a GLIGEN model": [
        ["position_net.null_positive_feature", "input_blocks.1.1.transformer_blocks.0.fuser.alpha_attn"],
        [
            "model.position_net.linears.0.weight",
            "model.input_blocks.0.0.weight",
            "autoencoder.decoder.conv_up.weight",
        ],
        ["position_net.linears.0.weight", "input_blocks.0.0.weight", "output_blocks.0.0.x", "out.2.weight"],
    ],
    "a LoRA": [
        [f"lora_unet_down_blocks_0_attentions_0_proj_in.{UP}", f"lora_te_text_model_encoder_layers_0_mlp_fc1.{DOWN}"],
        [f"lora_unet_input_blocks_4_1_proj_in.{UP}", "lora_unet_input_blocks_4_1_proj_in.dora_scale"],
        [f"lora_unet_double_blocks_0_img_attn_proj.{UP}"],
        [f"unet.{BLOCK}.to_q.lora_A.weight", f"unet.{BLOCK}.to_q.lora_B.weight"],
        [f"unet.{BLOCK}.processor.to_q_lora.up.weight", f"unet.{BLOCK}.processor.to_q_lora.down.weight"],
        [f"unet.{BLOCK}.to_q.lora.up.weight"],
        [f"base_model.model.{BLOCK}.to_q.lora_A.weight", f"base_model.model.{BLOCK}.to_q.lora_B.weight"],
        ["transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"],
        ["diffusion_model.blocks.0.self_attn.q.lora_A.weight"],
        ["model.diffusion_model.input_blocks.4.1.proj_in.lora_up.weight"],
        ["diffusion_model.output_blocks.0.0.in_layers.2.diff", "diffusion_model.output_blocks.0.0.in_layers.2.diff_b"],
    ],
    "a LyCORIS": [
        ["lora_unet_mid_block_attentions_0_proj_in.hada_w1_a", "lora_unet_mid_block_attentions_0_proj_in.hada_w2_b"],
        ["lora_unet_mid_block_attentions_0_proj_in.lokr_w1", "lora_unet_mid_block_attentions_0_proj_in.lokr_w2_a"],
        ["lycoris_transformer_blocks_0_attn_to_q.lokr_w1_a", f"lora_unet_mid_block_resnets_0_conv1.{UP}"],
        ["lora_unet_mid_block_attentions_0_proj_in.oft_blocks"],
        ["lora_unet_mid_block_attentions_0_proj_in.a1.weight", "lora_unet_mid_block_attentions_0_proj_in.b1.weight"],
        ["lora_unet_mid_block_attentions_0_proj_in.on_input"],
    ],
    "a whole checkpoint": [
        [
            "model.diffusion_model.input_blocks.0.0.weight",
            "model.diffusion_model.output_blocks.0.0.in_layers.0.weight",
            "model.diffusion_model.out.2.weight",
            "first_stage_model.decoder.conv_in.weight",
            "first_stage_model.encoder.conv_in.weight",
            f"cond_stage_model.transformer.{CLIP}",
        ],
        [
            "model.diffusion_model.label_emb.0.0.weight",
            f"conditioner.embedders.0.transformer.{CLIP}",
            "conditioner.embedders.1.model.token_embedding.weight",
            "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_weight",
            "first_stage_model.decoder.conv_in.weight",
            "first_stage_model.encoder.conv_in.weight",
        ],
        [
            "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight",
            f"text_encoders.clip_l.transformer.{CLIP}",
            "text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q.weight",
        ],
    ],
    "a diffusion model (a UNet in the diffusers layout)": [
        ["down_blocks.0.x", "up_blocks.0.x", "conv_in.weight", "time_embedding.linear_1.weight"]
    ],
    "a diffusion model (a UNet in the original layout)": [
        ["input_blocks.0.0.weight", "output_blocks.0.0.in_layers.0.weight", "out.2.weight"]
    ],
    "a diffusion model (a transformer)": [
        [FLUX, "final_layer.linear.weight", "img_in.weight"],
        ["joint_blocks.0.x_block.attn.qkv.weight", "final_layer.linear.weight"],
    ],
    "a VAE": [
        ["decoder.conv_in.weight", "encoder.conv_in.weight", "quant_conv.weight", "encoder.down.0.block.0.conv1.bias"],
        ["decoder.conv_in.weight", "encoder.conv_in.weight", "decoder.mid_block.resnets.0.conv1.weight"],
        ["first_stage_model.decoder.conv_in.weight", "first_stage_model.encoder.conv_in.weight"],
    ],
    "a CLIP text encoder": [
        [CLIP, "text_model.encoder.layers.0.self_attn.q_proj.weight", "text_projection.weight"],
        [f"transformer.{CLIP}"],
        ["token_embedding.weight", "transformer.resblocks.0.attn.in_proj_weight", "text_projection"],
        ["token_embedding.weight", "transformer.resblocks.0.attn.in_proj_weight", "visual.conv1.weight"],
        [CLIP, "vision_model.embeddings.patch_embedding.weight", "logit_scale"],
    ],
    "a T5 text encoder": [["shared.weight", "encoder.block.0.layer.0.SelfAttention.q.weight"]],
    "a language model as text encoder": [["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight"]],
    "a CLIP vision encoder": [
        ["vision_model.embeddings.patch_embedding.weight", "visual_projection.weight"],
        ["visual.conv1.weight", "visual.transformer.resblocks.0.attn.in_proj_weight"],
    ],
    "an AnimateDiff motion module": [
        [
            "down_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight",
            "up_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight",
        ],
        ["down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.processor.to_q_lora.up.weight"],
    ],
    "an upscaler": [
        ["model.0.weight", "model.1.sub.0.RDB1.conv1.0.weight", "model.10.weight"],
        ["conv_first.weight", "body.0.rdb1.conv1.weight", "conv_up1.weight"],
        ["params_ema.conv_first.weight", "params_ema.body.0.rdb1.conv1.weight"],
    ],
    "an embedding": [["emb_params"], ["string_to_param.*", "string_to_token.*"], ["clip_l", "clip_g"]],
    "a hypernetwork": [["320.0.linear.0.weight", "320.1.linear.0.weight", "768.0.linear.0.weight"]],
    "a ControlNet-LLLite for a diffusion transformer": [
        ["lllite_conditioning1.conv1.weight", "lllite_dit_blocks_0_self_attn_q_proj.down.0.weight"],
        ["lllite_dit_blocks_0_self_attn_q_proj.down.0.weight"],
    ],
    "a block-wise ControlNet for Qwen-Image": [["controlnet_blocks.0.y_rms.weight", "img_in.weight"]],
    "a USO style projector": [["feature_embedder.mid_layer_norm.bias", "feature_embedder.low_projection.weight"]],
    "a Z-Image Fun ControlNet": [["control_all_x_embedder.2-1.weight", "control_layers.0.adaLN_modulation.0.weight"]],
    "a Uni3C ControlNet for Wan": [
        ["controlnet_patch_embedding.weight", "controlnet_blocks.0.ffn.0.bias", "proj_out.0.weight"]
    ],
    "a MultiTalk patch": [["audio_proj.proj1.weight", "blocks.0.audio_cross_attn.proj.weight"]],
    "a SUPIR restorer": [
        [
            "model.control_model.input_hint_block.0.weight",
            "model.diffusion_model.project_modules.0.zero_conv.weight",
            "first_stage_model.denoise_encoder.conv_in.weight",
        ],
        ["control_model.input_hint_block.0.weight", "project_modules.0.zero_conv.weight"],
    ],
}
"""Refused: ComfyUI has no control model for these either."""

IN_CORE: dict[str, list[str]] = {
    "(HunyuanDiT)": ["after_proj_list.18.bias", "after_proj_list.0.weight", "blocks.0.attn1.q_norm.weight"],
    "(Flux, XLabs layout)": ["controlnet_blocks.0.weight", FLUX, "input_hint_block.0.weight"],
    "(Flux, MistoLine)": ["controlnet_blocks.0.linear.weight", FLUX, "single_controlnet_blocks.0.linear.weight"],
    "(Flux, InstantX layout)": [
        "controlnet_blocks.0.weight",
        "controlnet_x_embedder.weight",
        "transformer_blocks.0.ff.net.0.proj.weight",
        "controlnet_mode_embedder.weight",
    ],
    "(SD3)": ["controlnet_blocks.0.weight", "pos_embed_input.proj.weight", "transformer_blocks.0.norm1.linear.weight"],
    "(SD3.5)": [
        "controlnet_blocks.0.weight",
        "pos_embed_input.proj.weight",
        "transformer_blocks.0.adaLN_modulation.1.bias",
    ],
    "(Qwen-Image)": [
        "controlnet_blocks.0.weight",
        "controlnet_x_embedder.weight",
        "transformer_blocks.0.img_mlp.net.0.proj.weight",
    ],
    "(Qwen-Image Fun)": ["control_blocks.0.after_proj.weight", "control_img_in.weight"],
    "Stable Cascade": ["backbone.0.0.weight", "backbone.0.1.weight", "projections.0.0.weight"],
    "for Stable Cascade": ["backbone.0.weight", "backbone.10.blocks.0.weight", "projections.0.0.weight"],
}
"""Loaded by ComfyUI's own loader, in the order in which comfy/controlnet.py asks."""
