using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>
/// Drawn shapes and glyphs of 32 x 32 pixels: 20 classes whose training counts fall exponentially from 150 to 4, with balanced dev and test parts, and other figures to pretrain an encoder on. Rare classes resemble frequent ones.
/// </summary>
public static class DrawnFigures
{
    /// <summary>Height and width of a picture, in pixels.</summary>
    public const int Size = 32;

    /// <summary>Training pictures of the most frequent class.</summary>
    public const int LargestClass = 150;

    /// <summary>Training pictures of the least frequent class.</summary>
    public const int SmallestClass = 4;

    /// <summary>Dev pictures of each class.</summary>
    public const int DevPerClass = 5;

    /// <summary>Test pictures of each class.</summary>
    public const int TestPerClass = 20;

    // From the most to the least frequent.
    private static readonly Figure[] Classes =
    [
        Figure.Parse("letter-e", "80,10 20,10 20,90 80,90; 20,50 70,50"),
        Figure.Around("circle", 24),
        Figure.Parse("letter-a", "15,90 50,10 85,90; 29,62 71,62"),
        Figure.Parse("square", "15,15 85,15 85,85 15,85 15,15"),
        Figure.Parse("letter-k", "20,10 20,90; 80,10 22,50 80,90"),
        Figure.Parse("arrow", "10,50 90,50; 62,22 90,50 62,78"),
        Figure.Parse("letter-z", "15,10 85,10 15,90 85,90"),
        Figure.Around("star", 10, 0.42),
        Figure.Parse("letter-h", "20,10 20,90; 80,10 80,90; 20,50 80,50"),
        Figure.Parse("bolt", "60,8 25,55 52,50 40,92 76,42 48,46 60,8"),
        Figure.Parse("letter-f", "80,10 20,10 20,90; 20,50 70,50"),
        Figure.Parse("triangle", "50,12 90,85 10,85 50,12"),
        Figure.Parse("letter-x", "15,10 85,90; 85,10 15,90"),
        Figure.Parse("house", "15,90 15,45 50,10 85,45 85,90 15,90"),
        Figure.Parse("letter-n", "20,90 20,10 80,90 80,10"),
        Figure.Parse("plus", "50,10 50,90; 10,50 90,50"),
        Figure.Parse("letter-y", "15,10 50,50 85,10; 50,50 50,90"),
        Figure.Parse("hourglass", "15,10 85,10 15,90 85,90 15,10"),
        Figure.Parse("letter-t", "10,10 90,10; 50,10 50,90"),
        Figure.Parse("octagon", "33,10 67,10 90,33 90,67 67,90 33,90 10,67 10,33 33,10"),
    ];

    private static readonly Figure[] Others =
    [
        Figure.Around("hexagon", 6), Figure.Around("pentagon", 5), Figure.Around("four-star", 8, 0.35), Figure.Parse("diamond", "50,8 80,50 50,92 20,50 50,8"),
        Figure.Parse("ladder", "25,5 25,95; 75,5 75,95; 25,25 75,25; 25,50 75,50; 25,75 75,75"), Figure.Parse("hash", "35,10 35,90; 65,10 65,90; 10,35 90,35; 10,65 90,65"),
        Figure.Parse("zigzag", "5,65 23,35 41,65 59,35 77,65 95,35"), Figure.Parse("flag", "25,95 25,10 80,30 25,50"), Figure.Parse("chair", "25,5 25,95; 25,55 75,55 75,95"),
        Figure.Parse("spiral", "50,50 60,50 60,60 40,60 40,35 75,35 75,75 25,75 25,20 85,20"), Figure.Parse("window", "15,15 85,15 85,85 15,85 15,15; 50,15 50,85; 15,50 85,50"),
        Figure.Parse("fork", "50,50 50,95; 20,10 20,50 80,50 80,10; 50,10 50,50"), Figure.Parse("cup", "15,20 30,85 70,85 85,20"), Figure.Parse("stairs", "10,90 10,65 35,65 35,40 60,40 60,15 90,15"),
        Figure.Parse("letter-l", "25,10 25,90 80,90"), Figure.Parse("letter-m", "15,90 15,10 50,55 85,10 85,90"), Figure.Parse("letter-v", "15,10 50,90 85,10"), Figure.Parse("letter-w", "10,10 30,90 50,35 70,90 90,10"),
        Figure.Parse("letter-u", "20,10 20,75 35,90 65,90 80,75 80,10"), Figure.Parse("letter-c", "82,22 62,10 35,12 18,35 18,65 35,88 62,90 82,78"), Figure.Parse("letter-p", "22,90 22,10 65,10 80,22 80,38 65,50 22,50"),
        Figure.Parse("letter-s", "80,20 60,10 35,10 20,25 30,45 70,55 80,75 65,90 40,90 20,80"), Figure.Parse("one", "30,30 55,10 55,90"), Figure.Parse("four", "65,90 65,10 15,65 85,65"),
        Figure.Parse("seven", "15,10 85,10 45,90"), Figure.Parse("two", "18,28 35,10 65,10 80,28 75,45 18,90 84,90"), Figure.Parse("three", "20,15 60,10 78,25 60,46 38,47 62,50 80,70 62,90 20,85"),
        Figure.Parse("eye", "5,50 30,25 70,25 95,50 70,75 30,75 5,50; 43,50 50,43 57,50 50,57 43,50"),
    ];

    /// <summary>The class names, from the most to the least frequent.</summary>
    public static IReadOnlyList<string> Labels { get; } = [.. Classes.Select(figure => figure.Name)];

    /// <summary>How many training pictures a class has: the exponential profile of Cui et al., CVPR 2019.</summary>
    /// <param name="label">The index of the class in <see cref="Labels"/>.</param>
    public static int TrainCount(int label)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, Labels.Count);
        return LongTailProfile.RoundedExponential(LargestClass, SmallestClass, label, Labels.Count);
    }

    /// <summary>Draws the data set into <c>train</c>, <c>dev</c> and <c>test</c> folders of one folder a class.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="seed">The seed; equal seeds give equal pictures.</param>
    public static void Write(string folder, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(folder);
        for (int label = 0; label < Classes.Length; label++)
        {
            foreach ((string part, int count) in new[] { ("train", TrainCount(label)), ("dev", DevPerClass), ("test", TestPerClass) })
            {
                WriteClass(Path.Combine(folder, part), Classes[label], count, seed, part);
            }
        }
    }

    /// <summary>Draws pictures to pretrain an encoder on, as many of each figure: 28 figures, of which none is a class of <see cref="Write"/>. One folder a figure.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="pictures">How many pictures of each figure.</param>
    public static void WriteOthers(string folder, long seed, int pictures)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pictures);
        foreach (Figure figure in Others)
        {
            WriteClass(folder, figure, pictures, seed, "others");
        }
    }

    private static void WriteClass(string folder, Figure figure, int count, long seed, string part)
    {
        string place = Path.Combine(folder, figure.Name);
        Directory.CreateDirectory(place);
        for (int i = 0; i < count; i++)
        {
            RandomStream random = RandomStream.For(seed, $"drawn {part} {figure.Name}", i);

            // Not one by one to the disk: a thousand small files would wait for it a thousand times.
            File.WriteAllBytes(Path.Combine(place, $"{i:D4}.png"), FigurePainter.Paint(figure, Size, ref random));
        }
    }
}
