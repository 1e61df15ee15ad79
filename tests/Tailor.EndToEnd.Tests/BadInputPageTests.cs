namespace Tailor.EndToEnd.Tests;

public sealed class BadInputPageTests
{
    [Fact]
    public void The_page_lists_what_is_tested_and_nothing_else()
    {
        ILookup<string, string> names = BadInputPage.Names;
        Assert.Equal(BadTableTests.Cases.Select(row => row.Data.Item1).Order(), names["Tables"].Order());
        Assert.Equal(BadModelTests.Names.Select(row => row.Data).Order(), names["Models"].Order());
        Assert.Equal(BadRunTests.Names.Select(row => row.Data).Concat(DiskFullTests.Names).Append(DivergenceTests.Name).Order(), names["Recipes and runs"].Order());
        Assert.Equal(BadCompareTests.Names.Select(row => row.Data).Order(), names["Comparisons"].Order());
        Assert.Equal(BadPictureTests.Names.Select(row => row.Data).Append(BadPictureTests.Inspected).Order(), names["Pictures"].Order());
    }
}
