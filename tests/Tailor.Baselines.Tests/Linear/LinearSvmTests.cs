namespace Tailor.Baselines.Tests;

public class LinearSvmTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Separable_classes_are_told_apart(int classes)
    {
        // Class c has column c, and all share one more.
        SortedDictionary<int, double>[] rows = [.. Enumerable.Range(0, 8 * classes).Select(i => new SortedDictionary<int, double> { [i % classes] = 1, [classes] = 1 + (i * 0.01) })];
        SparseRows train = SparseSample.Of(classes + 1, rows);
        int[] labels = [.. Enumerable.Range(0, train.Count).Select(i => i % classes)];
        foreach (bool balanced in new[] { false, true })
        {
            int[][] answers = new LinearSvm(Balanced: balanced).Classify(train, labels, classes, [train, SparseSample.Pick(train, [2, 1])], seed: 1, out int unsolved, Stop);
            Assert.Equal(0, unsolved);
            Assert.Equal(labels, answers[0]);
            Assert.Equal([2 % classes, 1], answers[1]);
        }
    }

    [Fact]
    public void The_order_of_the_examples_does_not_show()
    {
        (SparseRows train, int[] labels) = SparseSample.Make(300, 60, 4, 9);
        SparseRows queries = SparseSample.Make(300, 60, 4, 10).Rows;
        int[] first = new LinearSvm().Classify(train, labels, 4, [queries], seed: 1, out _, Stop)[0];
        Assert.Equal(first, new LinearSvm().Classify(train, labels, 4, [queries], seed: 2, out _, Stop)[0]);
        Assert.True(first.Distinct().Count() > 1);
    }

    [Fact]
    public void Balanced_costs_answer_more_of_the_rare_class()
    {
        (SparseRows train, int[] labels) = SparseSample.Make(400, 60, 4, 9);
        SparseRows queries = SparseSample.Make(400, 60, 4, 10).Rows;
        int Rare(bool balanced) => new LinearSvm(Balanced: balanced).Classify(train, labels, 4, [queries], seed: 1, out _, Stop)[0].Count(c => c == 3);
        Assert.True(Rare(balanced: true) > Rare(balanced: false));
    }

    [Fact]
    public void Of_two_classes_each_has_its_own_cost()
    {
        // Named the other way round, the classes get each other's answers.
        (SparseRows train, int[] labels) = SparseSample.Make(400, 60, 2, 9);
        SparseRows queries = SparseSample.Make(400, 60, 2, 10).Rows;
        int[] Answers(int[] of) => new LinearSvm(Balanced: true).Classify(train, of, 2, [queries], seed: 1, out _, Stop)[0];
        Assert.Equal(Answers(labels), Answers([.. labels.Select(c => 1 - c)]).Select(c => 1 - c));
        Assert.NotEqual(Answers(labels), new LinearSvm().Classify(train, labels, 2, [queries], seed: 1, out _, Stop)[0]);
    }

    [Fact]
    public void What_is_not_solved_is_counted()
    {
        (SparseRows train, int[] labels) = SparseSample.Make(100, 30, 3, 1);
        new LinearSvm(MaxSweeps: 1).Classify(train, labels, 3, [], seed: 1, out int unsolved, Stop);
        Assert.Equal(3, unsolved);
    }
}
