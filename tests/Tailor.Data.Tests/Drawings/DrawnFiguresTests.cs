using System.Security.Cryptography;

namespace Tailor.Data.Tests;

public sealed class DrawnFiguresTests
{
    [Fact]
    public void The_demo_has_a_long_tail_of_twenty_classes_and_balanced_dev_and_test_parts()
    {
        using var folder = new TemporaryFolder();
        DrawnFigures.Write(Path.Combine(folder.Path, "drawn"));
        ImageDataset data = ImageDataset.Load(Path.Combine(folder.Path, "drawn"), new ImageDatasetOptions());
        Assert.Equal(20, data.Labels.Count);
        Dictionary<string, int> counts = data.Train.CountBy(example => example.Label).ToDictionary();
        Assert.Equal(Enumerable.Range(0, 20).Select(DrawnFigures.TrainCount), DrawnFigures.Labels.Select(label => counts[label]));
        Assert.Equal((150, 4), (DrawnFigures.TrainCount(0), DrawnFigures.TrainCount(19)));
        Assert.Equal((20 * DrawnFigures.DevPerClass, 20 * DrawnFigures.TestPerClass), (data.Dev.Count, data.Test.Count));
        Assert.All(data.Dev.CountBy(example => example.Label), count => Assert.Equal(DrawnFigures.DevPerClass, count.Value));
        Assert.All(data.Test.CountBy(example => example.Label), count => Assert.Equal(DrawnFigures.TestPerClass, count.Value));
        Assert.Empty(ImageInspection.Of(data).BadPictures);
        Assert.Equal(data.Train.Count + data.Dev.Count + data.Test.Count, Hashes(Path.Combine(folder.Path, "drawn")).Distinct().Count());
    }

    [Fact]
    public void Equal_seeds_give_equal_pictures_and_others_others()
    {
        using var folder = new TemporaryFolder();
        foreach ((string name, long seed) in new[] { ("one", 1L), ("again", 1L), ("other", 2L) })
        {
            DrawnFigures.Write(Path.Combine(folder.Path, name), seed);
        }

        string[] one = Hashes(Path.Combine(folder.Path, "one"));
        Assert.Equal(one, Hashes(Path.Combine(folder.Path, "again")));
        Assert.Empty(one.Intersect(Hashes(Path.Combine(folder.Path, "other"))));
    }

    [Fact]
    public void What_a_model_is_pretrained_on_has_none_of_the_classes()
    {
        using var folder = new TemporaryFolder();
        DrawnFigures.WriteOthers(Path.Combine(folder.Path, "others"), 1, 2);
        string[] figures = [.. Directory.GetDirectories(Path.Combine(folder.Path, "others")).Select(path => Path.GetFileName(path))];
        Assert.Equal(28, figures.Length);
        Assert.Empty(figures.Intersect(DrawnFigures.Labels));
        Assert.Equal(56, Hashes(Path.Combine(folder.Path, "others")).Distinct().Count());
    }

    private static string[] Hashes(string folder) =>
        [.. Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];
}
