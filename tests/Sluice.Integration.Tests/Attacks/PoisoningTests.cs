using Sluice.TestKit.Http;

namespace Sluice.Integration.Tests.Attacks;

/// <summary>A field that is in no key and that the origin writes into what everybody then gets.</summary>
[Collection("attacks")]
public sealed class UnkeyedHeaderReflectionTests(AttackBed bed)
{
    [Theory]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Forwarded-Port: 666evil")]
    [InlineData("X-Forwarded-Prefix: /evil")]
    [InlineData("X-Forwarded-Proto: evil")]
    [InlineData("X-Host: evil.example")]
    [InlineData("X-Original-URL: /evil")]
    [InlineData("Forwarded: for=1.2.3.4;host=evil.example")]
    public async Task Get_WithIt_NobodyElseGetsIt(string field)
    {
        var path = $"/reflect/{Guid.NewGuid():N}";
        Assert.DoesNotContain("evil", (await RawHttp.GetAsync(bed.Sluice.EdgeAddress, path, field)).Text, StringComparison.Ordinal);
        var next = await RawHttp.GetAsync(bed.Sluice.EdgeAddress, path);
        Assert.Equal("HIT", next.Header("X-Cache-Status"));
        Assert.DoesNotContain("evil", next.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithAnotherHost_NobodyElseGetsIt()
    {
        var path = $"/reflect/{Guid.NewGuid():N}";
        using var client = await RawHttp.ConnectAsync(bed.Sluice.EdgeAddress);
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        Assert.DoesNotContain("evil", (await client.ReadResponseAsync()).Text, StringComparison.Ordinal);
    }
}

/// <summary>A GET whose body changes the answer, which is then everybody's.</summary>
[Collection("attacks")]
public sealed class FatGetTests(AttackBed bed)
{
    [Theory]
    [InlineData("Content-Length: 9", "evil=evil")]
    [InlineData("Transfer-Encoding: chunked", "9\r\nevil=evil\r\n0\r\n\r\n")]
    public async Task Get_WithABody_IsNotStored(string framing, string body)
    {
        var path = $"/fat/{Guid.NewGuid():N}";
        using var client = await RawHttp.ConnectAsync(bed.Sluice.EdgeAddress);
        await client.SendAsync(RawHttp.Request("GET", path, bed.Sluice.EdgeAddress, framing) + body);
        Assert.Equal("BYPASS", (await client.ReadResponseAsync()).Header("X-Cache-Status"));
        await client.SendAsync(RawHttp.Request("GET", path, bed.Sluice.EdgeAddress));
        Assert.Equal("MISS", (await client.ReadResponseAsync()).Header("X-Cache-Status"));
        await bed.AssertUnharmedAsync();
    }
}

/// <summary>A method that a field makes of another.</summary>
[Collection("attacks")]
public sealed class MethodOverrideTests(AttackBed bed)
{
    [Theory]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("X-Method-Override: POST")]
    public async Task Get_WithIt_IsAGet(string field)
    {
        var path = $"/override/{Guid.NewGuid():N}";
        Assert.Equal($"GET {path}\n", (await RawHttp.GetAsync(bed.Sluice.EdgeAddress, path, field)).Text);
    }
}
