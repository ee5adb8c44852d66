using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Edge.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Origins;

[SupportedOSPlatform("linux")]
public class FolderOriginEscapeTests : FolderOriginFixture
{
    private void WriteOutside()
    {
        Directory.CreateDirectory(Path.Combine(Base, "root-beside"));
        File.WriteAllText(Path.Combine(Base, "outside.txt"), "outside");
        File.WriteAllText(Path.Combine(Base, "root-beside", "outside.txt"), "outside");
    }

    [DllImport("libc", EntryPoint = "mkfifo", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int MakeFifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [Theory]
    [InlineData("/../outside.txt")]
    [InlineData("/%2e%2e/outside.txt")]
    [InlineData("/%2E./outside.txt")]
    [InlineData("/..%2foutside.txt")]
    [InlineData("/%2e%2e%2Foutside.txt")]
    [InlineData("/d/../f.txt")]
    [InlineData("/./f.txt")]
    [InlineData("//f.txt")]
    [InlineData("/d//f.txt")]
    [InlineData("/d%2Ff.txt")]
    [InlineData("/..\\outside.txt")]
    [InlineData("/d%5Cf.txt")]
    [InlineData("/f.txt%00")]
    [InlineData("/f.txt%00.mp4")]
    [InlineData("/f%2")]
    [InlineData("/f%zz")]
    [InlineData("/f.txt%")]
    [InlineData("/%252e%252e/outside.txt")]
    public async Task Fetch_PathTrick_Answers404(string path)
    {
        WriteOutside();
        Write("f.txt", "x");
        Write("d/f.txt", "x");
        Assert.Equal(404, await StatusOf(path));
    }

    // A file system that ignores case, as of a Windows share, leads from /Sluice.JSON to the keys in sluice.json; here they are two files.
    [Theory]
    [InlineData("/sluice.json", 404)]
    [InlineData("/Sluice.JSON", 404)]
    [InlineData("/B%C3%96SE/.Sluice/kv.db", 404)]
    [InlineData("/sluice.json.gz", 200)]
    public async Task Fetch_HiddenInAnyCase_Answers404(string path, int status)
    {
        foreach (var name in (string[])["sluice.json", "Sluice.JSON", "BÖSE/.Sluice/kv.db", "sluice.json.gz"]) Write(name, "x");
        var origin = FolderOrigin.Create("files", Root, Clock, [Path.Combine(Root, "sluice.json"), Path.Combine(Root, "böse/.sluice")]);

        await using var response = await origin.FetchAsync(new() { Path = path }, CancellationToken.None);

        Assert.Equal(status, response.Status);
    }

    [Fact]
    public async Task Fetch_LinkOutOfTheFolder_Answers404()
    {
        WriteOutside();
        File.CreateSymbolicLink(Path.Combine(Root, "absolute"), Path.Combine(Base, "outside.txt"));
        File.CreateSymbolicLink(Path.Combine(Root, "relative"), "../outside.txt");
        File.CreateSymbolicLink(Path.Combine(Root, "beside"), "../root-beside/outside.txt");
        File.CreateSymbolicLink(Path.Combine(Root, "twice"), "absolute");
        File.CreateSymbolicLink(Path.Combine(Root, "loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(Root, "zero"), "/dev/zero");
        Directory.CreateSymbolicLink(Path.Combine(Root, "folder"), Base);
        foreach (var path in new[] { "/absolute", "/relative", "/beside", "/twice", "/loop", "/zero", "/folder/outside.txt", "/folder/root-beside/outside.txt" })
            Assert.Equal(404, await StatusOf(path));
    }

    [Fact]
    public async Task Fetch_LinkWithinTheFolder_IsFollowed()
    {
        Write("d/f.txt", "inside");
        File.CreateSymbolicLink(Path.Combine(Root, "absolute"), Path.Combine(Root, "d/f.txt"));
        File.CreateSymbolicLink(Path.Combine(Root, "relative"), "d/../d/f.txt");
        Directory.CreateSymbolicLink(Path.Combine(Root, "folder"), "d");
        foreach (var path in new[] { "/absolute", "/relative", "/folder/f.txt" })
        {
            await using var response = await Get(path);
            Assert.Equal((200, "inside"), (response.Status, await Text(response)));
        }
    }

    [Fact]
    public async Task Fetch_FolderIsALink_FollowsItWhereverItPoints()
    {
        Write("f.txt", "one");
        Directory.CreateDirectory(Path.Combine(Base, "two"));
        File.WriteAllText(Path.Combine(Base, "two", "f.txt"), "two");
        File.CreateSymbolicLink(Path.Combine(Root, "escape"), "../two/f.txt");
        var current = Path.Combine(Base, "current");
        Directory.CreateSymbolicLink(current, "root");
        var origin = FolderOrigin.Create("linked", current + "/", Clock);
        Assert.Equal("folder:" + current, origin.Scope);

        await using (var first = await origin.FetchAsync(new() { Path = "/f.txt" }, default)) Assert.Equal("one", await Text(first));
        await using (var escape = await origin.FetchAsync(new() { Path = "/escape" }, default)) Assert.Equal(404, escape.Status);
        Directory.Delete(current);
        Directory.CreateSymbolicLink(current, "two");
        await using (var second = await origin.FetchAsync(new() { Path = "/f.txt" }, default)) Assert.Equal("two", await Text(second));
    }

    // A FIFO without a writer would hang whoever opens it.
    [Fact]
    public async Task Fetch_NotAPlainFile_Answers404()
    {
        Assert.Equal(0, MakeFifo(Path.Combine(Root, "fifo"), 0x1B6));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(Root, "sock")));
        Directory.CreateDirectory(Path.Combine(Root, "dir"));
        foreach (var path in new[] { "/fifo", "/sock", "/dir" })
            Assert.Equal(404, await StatusOf(path));

        var devices = FolderOrigin.Create("devices", "/dev", new ManualTimeProvider());
        foreach (var path in new[] { "/null", "/zero", "/tty" })
        {
            await using var response = await devices.FetchAsync(new() { Path = path }, default);
            Assert.Equal(404, response.Status);
        }
    }

    [Fact]
    public async Task Fetch_NameThatIsNotUtf8_IsFoundByItsBytes()
    {
        await Shell("printf bytes > \"$(printf 'a\\377b')\"");
        Assert.Equal(200, await StatusOf("/a%FFb"));
        // .NET can neither make such a name nor remove it.
        await Shell("rm a*b");
    }

    private async Task Shell(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = Root })!;
        await shell.WaitForExitAsync();
    }

    [Fact]
    public void Fetch_AnyPath_NeverLeavesTheFolder()
    {
        WriteOutside();
        Write("a/f.txt", "inside");
        File.CreateSymbolicLink(Path.Combine(Root, "up"), "..");
        var piece = Gen.Elements(
            "/", "/", "..", ".", "%2e%2e", "%2E", "%2f", "%5c", "\\", "%00", "%", "a", "up", "outside.txt", "root", "root-beside", "f.txt", "proc", "self", "%c0%ae");
        Prop.ForAll(piece.ListOf().Select(p => "/" + string.Concat(p)).ToArbitrary(), path =>
        {
            using var response = Get(path).GetAwaiter().GetResult().Body;
            using var reader = new StreamReader(response);
            return reader.ReadToEnd() is "" or "inside";
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
