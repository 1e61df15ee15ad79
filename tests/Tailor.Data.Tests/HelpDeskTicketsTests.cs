namespace Tailor.Data.Tests;

public sealed class HelpDeskTicketsTests
{
    [Fact]
    public void Train_counts_fall_exponentially_and_dev_and_test_are_balanced()
    {
        TextDataset data = HelpDeskTickets.Create();
        Assert.Equal(HelpDeskTickets.Labels, data.Labels.Names);
        IReadOnlyList<int> counts = data.TrainCounts;
        Assert.Equal(30, counts.Count);
        Assert.Equal(HelpDeskTickets.LargestClass, counts[0]);
        Assert.Equal(HelpDeskTickets.SmallestClass, counts[^1]);
        Assert.True(counts[0] >= 100 * counts[^1]);
        Assert.Equal(counts.OrderDescending(), counts);
        Assert.Equal([.. Enumerable.Range(0, 30).Select(HelpDeskTickets.TrainCount)], counts);
        foreach (string label in HelpDeskTickets.Labels)
        {
            Assert.Equal(HelpDeskTickets.DevPerClass, data.Dev.Count(example => example.Label == label));
            Assert.Equal(HelpDeskTickets.TestPerClass, data.Test.Count(example => example.Label == label));
        }
    }

    [Fact]
    public void The_seed_decides_every_text()
    {
        TextDataset data = HelpDeskTickets.Create(7), again = HelpDeskTickets.Create(7);
        Assert.Equal(data.Fingerprint, again.Fingerprint);
        Assert.Equal(data.Train, again.Train);
        Assert.NotEqual(data.Fingerprint, HelpDeskTickets.Create(8).Fingerprint);
        Assert.Equal(HelpDeskTickets.Corpus(7, 200), HelpDeskTickets.Corpus(7, 200));
        Assert.NotEqual(HelpDeskTickets.Corpus(7, 200), HelpDeskTickets.Corpus(8, 200));
    }

    [Fact]
    public void No_text_stands_twice_and_the_corpus_holds_no_ticket_of_the_data_set()
    {
        TextDataset data = HelpDeskTickets.Create(3);
        Assert.Empty(data.Notes);
        string[] texts = [.. Texts(data)];
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Empty(HelpDeskTickets.Corpus(3, 20_000).Intersect(texts));
    }

    [Fact]
    public void Texts_are_single_plain_lines_without_marks_of_the_grammar()
    {
        foreach (string text in Texts(HelpDeskTickets.Create()).Concat(HelpDeskTickets.Corpus(1, 5_000)))
        {
            Assert.DoesNotContain(text, character => character is '<' or '>' or '|' or '{' or '}' or '[' or ']' or '(' or ')' or '#' or '\n' or '\t' || character > 126);
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
            Assert.InRange(text.Length, 8, 400);
        }
    }

    [Fact]
    public void The_corpus_gives_as_many_texts_as_asked_for() => Assert.Equal(321, HelpDeskTickets.Corpus(1, 321).Count());

    private static IEnumerable<string> Texts(TextDataset data) => data.Train.Concat(data.Dev).Concat(data.Test).Select(example => example.Text);
}
