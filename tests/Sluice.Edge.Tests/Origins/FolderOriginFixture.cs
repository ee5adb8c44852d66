using System.Runtime.Versioning;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Origins;

/// <summary>A temporary folder "root" with an origin over it, and a place beside it that no request may reach.</summary>
[SupportedOSPlatform("linux")]
public abstract class FolderOriginFixture : IDisposable
{
    protected static readonly DateTime Old = new(2026, 1, 1, 12, 0, 0, 500, DateTimeKind.Utc);

    protected FolderOriginFixture()
    {
        Base = Directory.CreateTempSubdirectory("sluice-folder-").FullName;
        Root = Path.Combine(Base, "root");
        Directory.CreateDirectory(Root);
        Clock = new ManualTimeProvider(new DateTimeOffset(Old).AddDays(1));
        Origin = FolderOrigin.Create("files", Root, Clock);
    }

    protected string Base { get; }

    protected string Root { get; }

    protected ManualTimeProvider Clock { get; }

    protected FolderOrigin Origin { get; }

    /// <summary>Writes a file whose modification time lies a day before the clock.</summary>
    protected string Write(string name, string content, DateTime? modified = null)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, modified ?? Old);
        return path;
    }

    protected Task<OriginResponse> Get(string path, ByteRange? range = null, ObjectVersion? held = null, ObjectVersion? require = null) =>
        Origin.FetchAsync(new OriginRequest { Path = path, Range = range, Held = held, Require = require }, CancellationToken.None).AsTask();

    protected async Task<int> StatusOf(string path)
    {
        await using var response = await Get(path);
        return response.Status;
    }

    protected static async Task<string> Text(OriginResponse response)
    {
        using var reader = new StreamReader(response.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public void Dispose()
    {
        Directory.Delete(Base, recursive: true);
        GC.SuppressFinalize(this);
    }
}
