namespace Sluice.Integration.Tests.Attacks;

/// <summary>The front counts bytes and the back counts chunks: the rest of the body would be the next client's request.</summary>
[Collection("attacks")]
public sealed class ClTeTests(AttackBed bed)
{
    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    public async Task Send_LengthAndChunks_IsRefused(string method)
    {
        const string rest = "GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n";
        var (direct, _) = await bed.AttackAsync($"{method} /upload HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{rest}");
        Assert.Equal([400], direct);
    }
}

/// <summary>The front counts chunks and the back counts bytes.</summary>
[Collection("attacks")]
public sealed class TeClTests(AttackBed bed)
{
    [Fact]
    public async Task Send_ChunksAndAShorterLength_IsRefused()
    {
        const string inside = "GET /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\nx=1";
        var (direct, _) = await bed.AttackAsync($"POST /upload HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{inside.Length:x}\r\n{inside}\r\n0\r\n\r\n");
        Assert.Equal([400], direct);
    }
}

/// <summary>Both know Transfer-Encoding, and one of them does not recognise it as it is written.</summary>
[Collection("attacks")]
public sealed class TeTeTests(AttackBed bed)
{
    [Theory]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: x")]
    [InlineData("Transfer-Encoding: x\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding:\u000bchunked")]
    [InlineData("Transfer-Encoding : chunked")]
    [InlineData("Transfer-Encoding\r\n: chunked")]
    [InlineData("X: x\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: \"chunked\"")]
    [InlineData("Transfer-Encoding: chunked\u0000")]
    public async Task Send_CodingInDisguise_IsRefused(string coding)
    {
        var (direct, _) = await bed.AttackAsync($"POST /upload HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nContent-Length: 4\r\n{coding}\r\n\r\n5c\r\nGET /smuggled HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nContent-Length: 15\r\n\r\nx=1\r\n0\r\n\r\n");
        Assert.All(direct, status => Assert.InRange(status, 400, 501));
        Assert.Single(direct);
    }

    [Theory]
    [InlineData("5;x=\n\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhelloGET /smuggled HTTP/1.1\r\n\r\n0\r\n\r\n")]
    [InlineData("5\nhello\n0\n\n")]
    public async Task Send_ChunksThatAreNone_AreRefused(string body)
    {
        var (direct, _) = await bed.AttackAsync($"POST /upload HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        Assert.DoesNotContain(200, direct.Skip(1));
        Assert.True(direct is [] or [>= 400, ..], $"answered {string.Join(',', direct)}");
    }
}

/// <summary>Several lengths, or one that is no number.</summary>
[Collection("attacks")]
public sealed class ContentLengthTests(AttackBed bed)
{
    [Theory]
    [InlineData("Content-Length: 0\r\nContent-Length: 44")]
    [InlineData("Content-Length: 44, 0")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 0x2c")]
    [InlineData("Content-Length : 0")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Content-Length: +48")]
    [InlineData("content-length: +0")]
    public async Task Send_LengthThatIsNone_IsRefused(string length)
    {
        var (direct, _) = await bed.AttackAsync($"POST /upload HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\n{length}\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n");
        Assert.Equal([400], direct);
    }
}

/// <summary>Which of two hosts is meant?</summary>
[Collection("attacks")]
public sealed class DuplicateHostTests(AttackBed bed)
{
    [Theory]
    [InlineData("Host: 127.0.0.1:{port}\r\nHost: evil.example")]
    [InlineData("Host: evil.example\r\nhost: 127.0.0.1:{port}")]
    [InlineData("Host: 127.0.0.1:{port}, evil.example")]
    [InlineData("X: y")]
    [InlineData("Host: evil.example/path")]
    [InlineData("Host: a@evil.example")]
    public async Task Send_HostThatIsNotOne_IsRefused(string host)
    {
        var (direct, _) = await bed.AttackAsync($"GET /a HTTP/1.1\r\n{host}\r\n\r\n");
        Assert.Equal([400], direct);
    }
}

/// <summary>The target names one host and the Host field another.</summary>
[Collection("attacks")]
public sealed class AbsoluteFormWithAnotherHostTests(AttackBed bed)
{
    [Fact]
    public async Task Send_TargetOfAnotherHost_IsRefusedOrTakenFromTheTarget()
    {
        var (direct, _) = await bed.AttackAsync("GET http://evil.example/absolute HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        Assert.Equal([400], direct);
        Assert.DoesNotContain(bed.Origin.Requests, line => line.Contains("evil", StringComparison.Ordinal));
    }
}

/// <summary>A name that one side trims and the other keeps.</summary>
[Collection("attacks")]
public sealed class HeaderNameWithSpaceTests(AttackBed bed)
{
    [Theory]
    [InlineData("X-A : 1")]
    [InlineData(" X-A: 1")]
    [InlineData("X A: 1")]
    [InlineData("X-A\t: 1")]
    [InlineData(": 1")]
    [InlineData("X-A")]
    [InlineData("X\u0000A: 1")]
    public async Task Send_NameThatIsNone_IsRefused(string line)
    {
        var (direct, _) = await bed.AttackAsync($"GET /a HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\n{line}\r\n\r\n");
        Assert.Equal([400], direct);
    }
}

/// <summary>A line that ends where only one side sees its end.</summary>
[Collection("attacks")]
public sealed class BareLineFeedTests(AttackBed bed)
{
    [Theory]
    [InlineData("X: a\rGET /smuggled HTTP/1.1")]
    [InlineData("X: a\r\r\nY: b")]
    [InlineData("X: a\u0000\r\nY: b")]
    public async Task Send_ControlWithinAField_IsRefused(string lines)
    {
        var (direct, _) = await bed.AttackAsync($"GET /a HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\n{lines}\r\n\r\n");
        Assert.Equal([400], direct);
    }

    // RFC 9112 section 2.2 lets a recipient take a bare line feed for the end of a line; what counts is that what goes on to the origin has none.
    [Fact]
    public async Task Send_BareLineFeed_IsOneLineEndOrRefused()
    {
        var (direct, _) = await bed.AttackAsync("GET /a HTTP/1.1\nHost: 127.0.0.1:{port}\nX: a\n\n");
        Assert.Single(direct);
        Assert.True(direct is [200 or 400]);
    }
}

/// <summary>A field continued on the next line, which one side takes for a field of its own.</summary>
[Collection("attacks")]
public sealed class ObsFoldTests(AttackBed bed)
{
    [Theory]
    [InlineData("X: a\r\n b")]
    [InlineData("X: a\r\n\tTransfer-Encoding: chunked")]
    [InlineData("Host: 127.0.0.1:{port}\r\n evil.example")]
    public async Task Send_FoldedLine_IsRefused(string lines)
    {
        var (direct, _) = await bed.AttackAsync($"GET /a HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\n{lines}\r\n\r\n");
        Assert.Equal([400], direct);
    }
}

[CollectionDefinition("attacks")]
public sealed class AttackCollection : ICollectionFixture<AttackBed>;
