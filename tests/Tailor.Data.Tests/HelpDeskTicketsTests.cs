namespace Tailor.Data.Tests;

public sealed class HelpDeskTicketsTests
{
    [Fact]
    public void Train_counts_fall_exponentially_and_dev_and_test_are_balanced()
    {
        var (train, dev, test) = HelpDeskTickets.Create();
        int[] counts = [.. HelpDeskTickets.Labels.Select(label => train.Count(example => example.Label == label))];
        Assert.Equal(30, counts.Length);
        Assert.Equal(HelpDeskTickets.LargestClass, counts[0]);
        Assert.Equal(HelpDeskTickets.SmallestClass, counts[^1]);
        Assert.True(counts[0] >= 100 * counts[^1]);
        Assert.Equal(counts.OrderDescending(), counts);
        Assert.Equal([.. Enumerable.Range(0, 30).Select(HelpDeskTickets.TrainCount)], counts);
        foreach (string label in HelpDeskTickets.Labels)
        {
            Assert.Equal(HelpDeskTickets.DevPerClass, dev.Count(example => example.Label == label));
            Assert.Equal(HelpDeskTickets.TestPerClass, test.Count(example => example.Label == label));
        }
    }

    [Fact]
    public void The_seed_decides_every_text()
    {
        var (train, dev, test) = HelpDeskTickets.Create(7);
        var again = HelpDeskTickets.Create(7);
        Assert.Equal(train, again.Train);
        Assert.Equal(dev, again.Dev);
        Assert.Equal(test, again.Test);
        Assert.NotEqual(train, HelpDeskTickets.Create(8).Train);
        Assert.Equal(HelpDeskTickets.Corpus(7, 200), HelpDeskTickets.Corpus(7, 200));
        Assert.NotEqual(HelpDeskTickets.Corpus(7, 200), HelpDeskTickets.Corpus(8, 200));
    }

    [Fact]
    public void No_text_stands_twice_and_the_corpus_holds_no_ticket_of_the_data_set()
    {
        var (train, dev, test) = HelpDeskTickets.Create(3);
        string[] texts = [.. train.Concat(dev).Concat(test).Select(example => example.Text)];
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Empty(HelpDeskTickets.Corpus(3, 20_000).Intersect(texts));
    }

    [Fact]
    public void Texts_are_single_plain_lines_without_marks_of_the_grammar()
    {
        var (train, dev, test) = HelpDeskTickets.Create();
        foreach (string text in train.Concat(dev).Concat(test).Select(example => example.Text).Concat(HelpDeskTickets.Corpus(1, 5_000)))
        {
            Assert.DoesNotContain(text, character => character is '<' or '>' or '|' or '{' or '}' or '[' or ']' or '(' or ')' or '#' or '\n' or '\t' || character > 126);
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
            Assert.InRange(text.Length, 8, 400);
        }
    }

    [Fact]
    public void The_corpus_gives_as_many_texts_as_asked_for() => Assert.Equal(321, HelpDeskTickets.Corpus(1, 321).Count());
}
