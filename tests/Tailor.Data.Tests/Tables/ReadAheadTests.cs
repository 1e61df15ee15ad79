namespace Tailor.Data.Tests;

public sealed class ReadAheadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(20_000)]
    public void The_elements_come_in_their_order(int count) => Assert.Equal(Enumerable.Range(0, count), ReadAhead.Of(Enumerable.Range(0, count)));

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public void A_fault_comes_in_the_place_of_its_element(int good)
    {
        var seen = new List<int>();
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (int element in ReadAhead.Of(Faulty()))
            {
                seen.Add(element);
            }
        });
        Assert.Equal("bad", fault.Message);
        Assert.Equal(Enumerable.Range(0, good), seen);

        IEnumerable<int> Faulty()
        {
            for (int i = 0; i < good; i++)
            {
                yield return i;
            }

            throw new InvalidDataException("bad");
        }
    }

    [Fact]
    public void A_caller_who_stops_ends_the_reading()
    {
        bool ended = false;
        Assert.Equal([0, 1, 2], ReadAhead.Of(Endless()).Take(3));
        Assert.True(ended);

        IEnumerable<int> Endless()
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    yield return i;
                }
            }
            finally
            {
                ended = true;
            }
        }
    }
}
