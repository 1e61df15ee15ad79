namespace Tailor.Imaging;

/// <summary>What makes a model's input of a picture.</summary>
public abstract record PictureTransform
{
    /// <summary>How many inputs one picture gives: 1, or the number of crops.</summary>
    public virtual int Views => 1;

    /// <summary>The size of every input, or null when it varies with the picture.</summary>
    public abstract (int Height, int Width)? OutputSize { get; }

    /// <summary>Makes the inputs of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="draw">Which example it is, for transforms that draw at random.</param>
    /// <param name="output">[<see cref="Views"/>, 3, height, width] numbers.</param>
    public abstract void Apply(Picture picture, PictureDraw draw, Span<float> output);
}
