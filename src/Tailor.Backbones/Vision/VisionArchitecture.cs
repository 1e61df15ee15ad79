namespace Tailor.Backbones;

/// <summary>The encoders of images that can be read.</summary>
public enum VisionArchitecture
{
    /// <summary>The vision transformer (Dosovitskiy et al., ICLR 2021); <c>vit</c>.</summary>
    Vit,

    /// <summary>ViT with a distillation token (Touvron et al., ICML 2021); <c>deit</c>.</summary>
    Deit,

    /// <summary>ViT with layer scale, trained by itself (Oquab et al., TMLR 2024); <c>dinov2</c>.</summary>
    Dinov2,

    /// <summary>The image tower of CLIP (Radford et al., ICML 2021); <c>clip_vision_model</c>, or within <c>clip</c>.</summary>
    ClipVision,
}
