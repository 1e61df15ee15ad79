using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>A picture among others of the same content.</summary>
/// <param name="Part">The part it is in.</param>
/// <param name="Name">Its file, or its place in one.</param>
/// <param name="Label">Its class.</param>
public sealed record PictureOccurrence(string Part, string Name, string Label);

/// <summary>How often pictures come back. Two pictures repeat each other when their stored contents are equal byte by byte.</summary>
/// <param name="WithinTrain">Pictures of train (of all, where the set has no parts) that repeat an earlier one of it.</param>
/// <param name="WithinDev">Pictures of dev that repeat an earlier one of dev.</param>
/// <param name="WithinTest">Pictures of test that repeat an earlier one of test.</param>
/// <param name="Contradicting">Pictures of any part whose label is not that of the first of their content.</param>
/// <param name="DevInTrain">Pictures of dev that are in train too.</param>
/// <param name="TestInTrain">Pictures of test that are in train too.</param>
/// <param name="TestInDev">Pictures of test that are in dev too, and not in train.</param>
/// <param name="Groups">The pictures of each content that occurs more than once, in order.</param>
public sealed record RepeatedPictures(
    int WithinTrain, int WithinDev, int WithinTest, int Contradicting, int DevInTrain, int TestInTrain, int TestInDev, IReadOnlyList<IReadOnlyList<PictureOccurrence>> Groups)
{
    /// <summary>Finds the pictures that come back.</summary>
    /// <param name="parts">Train, dev and test.</param>
    internal static RepeatedPictures Among(IReadOnlyList<(string Name, IReadOnlyList<ImageExample> Examples, IReadOnlyList<PictureFacts> Facts)> parts)
    {
        (UInt128 Content, int Part, ImageExample Example)[][] groups = [.. parts
            .SelectMany((part, p) => part.Facts.Zip(part.Examples).Where(pair => pair.First.Content is not null).Select(pair => (Content: pair.First.Content!.Value, Part: p, Example: pair.Second)))
            .GroupBy(picture => picture.Content).Select(group => group.ToArray()).Where(group => group.Length > 1)];
        int[][] counts = [.. groups.Select(group => Enumerable.Range(0, parts.Count).Select(p => group.Count(picture => picture.Part == p)).ToArray())];
        int Within(int part) => counts.Sum(c => Math.Max(0, c[part] - 1));
        return new RepeatedPictures(
            Within(0),
            Within(1),
            Within(2),
            groups.Sum(group => group.Count(picture => picture.Example.Label != group[0].Example.Label)),
            counts.Sum(c => c[0] > 0 ? c[1] : 0),
            counts.Sum(c => c[0] > 0 ? c[2] : 0),
            counts.Sum(c => c[0] == 0 && c[1] > 0 ? c[2] : 0),
            [.. groups.Select(group => (IReadOnlyList<PictureOccurrence>)[.. group.Select(picture => new PictureOccurrence(parts[picture.Part].Name, picture.Example.Source.Name, picture.Example.Label))])]);
    }

    /// <summary>What was found, a sentence each; nothing when nothing repeats.</summary>
    /// <param name="split">Whether the pictures stand in parts.</param>
    public IReadOnlyList<string> ToSentences(bool split = true)
    {
        var sentences = new List<string>();
        Say(WithinTrain, $"picture{(split ? " of train" : "")} repeats an earlier one", $"pictures{(split ? " of train" : "")} repeat an earlier one");
        Say(WithinDev, "picture of dev repeats an earlier one", "pictures of dev repeat an earlier one");
        Say(WithinTest, "picture of test repeats an earlier one", "pictures of test repeat an earlier one");
        Say(Contradicting, "of the repeated pictures has another label than the first", "of the repeated pictures have another label than the first");
        Say(DevInTrain, "dev picture is also in train", "dev pictures are also in train");
        Say(TestInTrain, "test picture is also in train", "test pictures are also in train");
        Say(TestInDev, "test picture is also in dev", "test pictures are also in dev");
        return sentences;

        void Say(int count, string one, string many)
        {
            if (count > 0)
            {
                sentences.Add($"{count:N0} {(count == 1 ? one : many)}.");
            }
        }
    }
}
