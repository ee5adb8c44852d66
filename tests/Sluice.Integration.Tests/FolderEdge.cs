using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests;

/// <summary>The program in front of a folder, shared by the tests of a class; each test writes files of its own.</summary>
public sealed class FolderEdge : IAsyncLifetime
{
    public TemporaryFolder Folder { get; } = new();

    public SluiceProcess Sluice { get; private set; } = null!;

    public HttpClient Edge => Sluice.Edge;

    public async ValueTask InitializeAsync() => Sluice = await SluiceProcess.StartAsync(Folder.Path);

    public async ValueTask DisposeAsync()
    {
        if (Sluice is not null)
            await Sluice.DisposeAsync();
        Folder.Dispose();
    }
}
