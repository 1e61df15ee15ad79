using Tailor.Foundation;

namespace Tailor.Foundation.Tests;

public class NearestNameTests
{
    [Theory]
    [InlineData("lable", "label")]
    [InlineData("Text", "text")]
    [InlineData("completely", null)]
    public void Suggests_only_what_is_near(string written, string? expected) => Assert.Equal(expected, NearestName.Of(written, ["text", "label", "pair"]));
}
