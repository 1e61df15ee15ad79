using Tailor.Foundation;

namespace Tailor.Baselines.Tests;

/// <summary>The classifiers of Microsoft.ML solve the problem that our settings state.</summary>
public class MlClassifierTests
{
    private const int Count = 120, Width = 4, Classes = 3;

    [Fact]
    public void Sdca_answers_the_same_every_time_and_learns()
    {
        (SparseRows train, int[] labels) = SparseSample.Make(300, 60, 4, 9);
        int[] first = SdcaClassifier.Classify(train, labels, 4, [train], seed: 1)[0];
        Assert.Equal(first, SdcaClassifier.Classify(train, labels, 4, [train], seed: 1)[0]);
        Assert.True(first.Zip(labels).Count(pair => pair.First == pair.Second) > 0.8 * labels.Length);
    }

    [Fact]
    public void Logistic_regression_predicts_each_class_as_often_as_it_is()
    {
        // With a free intercept the probabilities of a class sum to its examples: the gradient by the intercept is 0. A penalised intercept, or a missing one, breaks this.
        (float[] rows, int[] labels) = Sample();
        foreach (float penalty in new[] { 0.5f, 20 })
        {
            float[] probabilities = LogisticRegression.Probabilities(rows, Width, labels, Classes, _ => 1, penalty, [rows])[0];
            for (int c = 0; c < Classes; c++)
            {
                Assert.Equal(labels.Count(label => label == c), Column(probabilities, c).Sum(), 1e-2);
            }
        }
    }

    [Fact]
    public void Logistic_regression_has_the_penalty_it_is_given()
    {
        // At the solution the weights W_c are (1/penalty) sum of (y_ic - p_ic) x_i, so log p_ic - log p_i0 must be an affine function of x with that slope.
        (float[] rows, int[] labels) = Sample();
        const float penalty = 3;
        float[] probabilities = LogisticRegression.Probabilities(rows, Width, labels, Classes, _ => 1, penalty, [rows])[0];
        double[] slope = new double[Width];
        for (int i = 0; i < Count; i++)
        {
            double difference = (labels[i] == 1 ? 1 : 0) - (labels[i] == 0 ? 1 : 0) - (probabilities[(i * Classes) + 1] - probabilities[i * Classes]);
            for (int j = 0; j < Width; j++)
            {
                slope[j] += difference * rows[(i * Width) + j] / penalty;
            }
        }

        double Margin(int i) => Math.Log(probabilities[(i * Classes) + 1] / probabilities[i * Classes]);
        for (int i = 1; i < Count; i++)
        {
            double expected = Enumerable.Range(0, Width).Sum(j => slope[j] * (rows[(i * Width) + j] - rows[j]));
            Assert.Equal(expected, Margin(i) - Margin(0), 1e-2);
        }
    }

    [Fact]
    public void A_class_weight_is_worth_as_many_copies_of_its_examples()
    {
        (float[] rows, int[] labels) = Sample();
        int[] copies = [.. Enumerable.Range(0, Count).SelectMany(i => Enumerable.Repeat(i, labels[i] == 2 ? 4 : 1))];
        float[] weighted = LogisticRegression.Probabilities(rows, Width, labels, Classes, c => c == 2 ? 4 : 1, 1, [rows])[0];
        float[] copied = LogisticRegression.Probabilities(
            [.. copies.SelectMany(i => rows.Skip(i * Width).Take(Width))], Width, [.. copies.Select(i => labels[i])], Classes, _ => 1, 1, [rows])[0];
        Assert.Equal(copied, weighted, (a, b) => Math.Abs(a - b) < 1e-3);
    }

    private static IEnumerable<double> Column(float[] probabilities, int c) => Enumerable.Range(0, Count).Select(i => (double)probabilities[(i * Classes) + c]);

    private static (float[] Rows, int[] Labels) Sample()
    {
        var random = RandomStream.For(3, "dense sample");
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2)];
        float[] rows = [.. labels.SelectMany(label => Enumerable.Range(0, Width).Select(j => (float)(random.NextGaussian() + (j == label ? 1.5 : 0))))];
        return (rows, labels);
    }
}
