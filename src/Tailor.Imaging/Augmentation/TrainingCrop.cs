namespace Tailor.Imaging;

/// <summary>What part of a picture is trained on.</summary>
public enum TrainingCrop
{
    /// <summary>What the processor takes at test time.</summary>
    None,

    /// <summary>A random part of random area and proportions, resized (torchvision's <c>RandomResizedCrop</c>; Szegedy et al., CVPR 2015).</summary>
    RandomResized,

    /// <summary>A random square whose least area grows over the epochs from <see cref="ImageAugmentationOptions.MinScale"/> to the whole, resized (LIFT+, arXiv 2504.13282).</summary>
    Minimalist,

    /// <summary>The picture's own size out of the picture with a black border, as usual for CIFAR.</summary>
    Padded,
}
