namespace Tailor.Imaging;

/// <summary>Where the middle is when the pixels to cut away do not divide by two.</summary>
public enum CropRounding
{
    /// <summary>Rounded down, as transformers' image processors have it.</summary>
    Down,

    /// <summary>Rounded to the even neighbour, as torchvision's <c>CenterCrop</c> has it.</summary>
    HalfEven,
}
