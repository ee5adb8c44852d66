using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>The program with nothing but a folder and SQLite, shared by the tests of a class.</summary>
public sealed class CatalogEdge : IAsyncLifetime
{
    public TemporaryFolder Folder { get; } = new();

    public SluiceProcess Sluice { get; private set; } = null!;

    internal CatalogClient Client => new(Sluice);

    public async ValueTask InitializeAsync()
    {
        Require.Command("ffmpeg");
        Sluice = await SluiceProcess.StartAsync(Folder.Path, "--workers", "2");
    }

    public async ValueTask DisposeAsync()
    {
        if (Sluice is not null) await Sluice.DisposeAsync();
        Folder.Dispose();
    }
}
