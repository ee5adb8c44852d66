using Sluice.Configuration;

namespace Sluice.Tests.Configuration;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("memry", "memory")]
    [InlineData("MEMORY", "memory")]
    [InlineData("dsik", "disk")]
    [InlineData("directroy", "directory")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    [InlineData("x", null)]
    public void For_WrittenName_FindsTheNearOne(string written, string? meant) =>
        Assert.Equal(meant, Suggestion.For(written, ["memory", "disk", "directory", "chunkSize"]));
}
