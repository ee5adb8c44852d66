using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>DESIGN 12: paths are normalised once and cannot leave the folder; a bad one is a 4xx and harms nothing.</summary>
public sealed class PathTests(GuardedFolder guarded) : IClassFixture<GuardedFolder>
{
    private readonly SluiceProcess _sluice = guarded.Sluice;

    public static TheoryData<string> Escapes =>
    [
        "/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E/secret.txt", "/.%2e/secret.txt", "/sub/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt", "/..%2Fsecret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt", "/..\\secret.txt", "/%252e%252e/secret.txt", "/..%252fsecret.txt",
        "/..;/secret.txt", "//../secret.txt", "/../public-neighbour/secret.txt", "/%c0%ae%c0%ae/secret.txt", "/%c0%ae%c0%ae%c0%afsecret.txt",
        "/link.txt", "/linked/secret.txt", "/%2fetc/passwd", "//etc/passwd", "/../../../../../../../../etc/passwd",
    ];

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task Get_PathThatLeavesTheFolder_Is4xxWithoutTheSecret(string target)
    {
        var answer = await RawHttp.GetAsync(_sluice.EdgeAddress, target);

        Assert.InRange(answer.Status, 400, 499);
        Assert.DoesNotContain(GuardedFolder.Secret, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
        await AssertAliveAsync();
    }

    public static TheoryData<string> Malformed =>
    [
        "/%", "/%2", "/%zz.txt", "/ok.txt%", "/a%00b.txt", "/ok.txt%00", "/%00", "/%ff%fe", "/\0", "/a\0b", "/a b", "no-slash", "/%0d%0aX-Injected:%201",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Get_MalformedPath_Is4xx(string target)
    {
        var answer = await RawHttp.GetAsync(_sluice.EdgeAddress, target);

        Assert.InRange(answer.Status, 400, 499);
        Assert.Null(answer.Header("X-Injected"));
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Get_PathOf16Kilobytes_Is4xx()
    {
        var answer = await RawHttp.GetAsync(_sluice.EdgeAddress, "/" + new string('a', 16 * 1024));

        Assert.Contains(answer.Status, (int[])[400, 404, 414, 431]);
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Get_DirectoryPipeAndNothing_AreNotFound()
    {
        foreach (var target in (string[])["/", "/sub", "/sub/", "/pipe", "/none", "/ok.txt/", "/ok.txt/x"])
        {
            var answer = await RawHttp.GetAsync(_sluice.EdgeAddress, target).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(answer.Status == 404, $"{target}: {answer.Status}");
        }
    }

    [Fact]
    public async Task Get_DotSegmentsThatStayInside_AreTheSameObjectOr4xx()
    {
        // Normalised once: never two entries for one file.
        var plain = await RawHttp.GetAsync(_sluice.EdgeAddress, "/ok.txt");
        var dotted = await RawHttp.GetAsync(_sluice.EdgeAddress, "/sub/../ok.txt");

        Assert.Equal("fine", plain.Text);
        if (dotted.Status == 200)
            Assert.Equal(("fine", "HIT"), (dotted.Text, dotted.Header("X-Cache-Status")));
        else
            Assert.InRange(dotted.Status, 400, 499);
    }

    [Fact]
    public async Task Requests_ThatAreNotHttp_AreRefusedAndTheServerGoesOn()
    {
        foreach (var text in (string[])["nonsense\r\n\r\n", "GET /ok.txt HTTP/9.9\r\n\r\n", "GET /ok.txt HTTP/1.1\r\n\r\n", "GET /ok.txt HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /ok.txt HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n"])
        {
            using var connection = await RawHttp.ConnectAsync(_sluice.EdgeAddress);
            await connection.SendAsync(text);
            var answer = await connection.ReadResponseAsync();
            Assert.InRange(answer.Status, 400, 505);
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task Headers_Of100Kilobytes_AreRefusedAndTheServerGoesOn()
    {
        var answer = await RawHttp.GetAsync(_sluice.EdgeAddress, "/ok.txt", "X-Large: " + new string('a', 100_000));

        Assert.Contains(answer.Status, (int[])[0, 400, 431]); // 0: closed while we still wrote
        await AssertAliveAsync();
    }

    private async Task AssertAliveAsync() => Assert.Equal("fine", (await _sluice.Edge.AskAsync("/ok.txt")).Text);
}
