namespace Sluice.Core.Tests.Objects;

/// <summary>What is confirmed while its body comes.</summary>
public sealed class RefreshTests : GoingBackTestBase
{
    [Fact]
    public async Task Refresh_ByWhatWasReadBeforeTheBodyEnded_KeepsTheLengthLearnedSince()
    {
        await using var cache = await OpenAsync();
        var stored = await StoreAsync(cache, "/a");
        var before = stored.Metadata with { Version = stored.Metadata.Version with { Length = null }, Tags = ["fresh"] };
        Assert.True(cache.Refresh(stored, before, cache.Fence));
        Assert.Equal((Length, "fresh"), (stored.Metadata.Length, Assert.Single(stored.Metadata.Tags)));
    }
}
