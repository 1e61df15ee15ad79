namespace Tailor.Imaging;

/// <summary>One use of an example in a pass: what a random transform is keyed by, besides the seed and the epoch.</summary>
/// <param name="Example">The example's index in its part of the data.</param>
/// <param name="Occurrence">How often the pass has used it before: a sampler that balances classes uses some examples more than once.</param>
public readonly record struct PictureDraw(int Example, int Occurrence = 0);
