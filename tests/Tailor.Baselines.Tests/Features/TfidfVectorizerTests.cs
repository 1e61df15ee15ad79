using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Tailor.Foundation;

namespace Tailor.Baselines.Tests;

public class TfidfVectorizerTests
{
    [Fact]
    public void Weights_are_those_computed_by_hand()
    {
        // Terms: red, apple, "red apple", pie, "apple pie". idf: ln(3/3) + 1 = 1 for apple, which stands in both texts, else ln(3/2) + 1.
        var vectorizer = TfidfVectorizer.Fit(["Red apple, red!", "an apple pie a"], new TfidfOptions(), out SparseRows rows);
        double rare = Math.Log(1.5) + 1;
        Assert.Equal(8, vectorizer.Width);

        // red twice, apple, "red apple", "apple red".
        AssertRow(rows, 0, [2 * rare, 1, rare, rare], vectorizer, ["red", "apple"]);

        // an, apple, pie, "an apple", "apple pie": the single letter is no word.
        AssertRow(rows, 1, [rare, 1, rare, rare, rare], vectorizer, ["an", "apple", "pie"]);

        static void AssertRow(SparseRows rows, int row, double[] expected, TfidfVectorizer vectorizer, string[] words)
        {
            double length = Math.Sqrt(expected.Sum(x => x * x));
            Assert.Equal(expected.Select(x => x / length).Order(), rows.Values(row).ToArray().Select(x => (double)x).Order(), (a, b) => Math.Abs(a - b) < 1e-7);
            for (int i = 0; i < words.Length; i++)
            {
                int place = rows.Columns(row).IndexOf(Column(vectorizer, words[i]));
                Assert.Equal(expected[i] / length, rows.Values(row)[place], 1e-7);
            }
        }
    }

    [Fact]
    public void Sublinear_counts_are_one_plus_their_logarithm()
    {
        var vectorizer = TfidfVectorizer.Fit(["go go go stop"], new TfidfOptions(Sublinear: true), out SparseRows rows);
        double many = 1 + Math.Log(3), two = 1 + Math.Log(2), length = Math.Sqrt((many * many) + (two * two) + 2);
        Assert.Equal(many / length, rows.Values(0)[rows.Columns(0).IndexOf(Column(vectorizer, "go"))], 1e-7);
        Assert.Equal(1 / length, rows.Values(0)[rows.Columns(0).IndexOf(Column(vectorizer, "stop"))], 1e-7);
        Assert.Equal(4, rows.Values(0).Length);
    }

    [Fact]
    public void Terms_that_training_did_not_have_are_left_out()
    {
        var vectorizer = TfidfVectorizer.Fit(["big red apple", "old pear"], new TfidfOptions(), out _);
        SparseRows rows = vectorizer.Transform(["red plum apple", "plum", "", "red apple"]);

        // Between red and apple stands an unknown word: their pair is not there.
        Assert.Equal([2, 0, 0, 3], Enumerable.Range(0, 4).Select(row => rows.Columns(row).Length));
        Assert.Equal(vectorizer.Width, rows.Width);
    }

    [Fact]
    public void Characters_are_code_points_and_white_space_in_a_row_is_one_blank()
    {
        var vectorizer = TfidfVectorizer.Fit(["aB \t𠀀"], new TfidfOptions(TermUnit.Characters), out SparseRows rows);

        // a b blank 𠀀: four of one, three of two, two of three.
        Assert.Equal(9, vectorizer.Width);
        Assert.All(rows.Values(0).ToArray(), value => Assert.Equal(1 / 3.0, value, 1e-7));
        Assert.Equal([9, 9, 6], new[] { "ab 𠀀", "AB\u001c\u3000 𠀀", "ab𠀀" }.Select(text => vectorizer.Transform([text]).Values(0).Length + (text == "ab𠀀" ? 2 : 0)));
    }

    [Theory]
    [InlineData(TermUnit.Words, "a b c")]
    [InlineData(TermUnit.Characters, "")]
    public void Texts_without_any_term_are_refused(TermUnit unit, string text) =>
        Assert.Contains("nothing to learn from", Assert.Throws<InputException>(() => TfidfVectorizer.Fit([text], new TfidfOptions(unit), out _)).Message, StringComparison.Ordinal);

    [Property]
    public void Every_row_has_length_1_and_ascending_columns(NonEmptyArray<NonEmptyString> texts, bool characters)
    {
        string[] given = [.. texts.Get.Select(text => text.Get), "some words here"];
        TfidfVectorizer.Fit(given, new TfidfOptions(characters ? TermUnit.Characters : TermUnit.Words, Sublinear: true), out SparseRows rows);
        Assert.Equal(given.Length, rows.Count);
        for (int row = 0; row < rows.Count; row++)
        {
            int[] columns = rows.Columns(row).ToArray();
            Assert.Equal(columns.Distinct().Order(), columns);
            Assert.Equal(columns.Length == 0 ? 0 : 1, rows.Values(row).ToArray().Sum(value => (double)value * value), 1e-5);
        }
    }

    private static int Column(TfidfVectorizer vectorizer, string word) => Assert.Single(vectorizer.Transform([word]).Columns(0).ToArray());
}
