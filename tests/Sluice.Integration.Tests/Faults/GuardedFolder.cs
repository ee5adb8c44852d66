using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>A served folder with secrets beside it, and links and a pipe that lead out of it.</summary>
public sealed class GuardedFolder : IAsyncLifetime
{
    internal const string Secret = "the secret outside";
    private readonly TemporaryFolder _folder = new();

    public SluiceProcess Sluice { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("secret.txt", Secret);
        _folder.Write("public-neighbour/secret.txt", Secret);
        _folder.Write("public/ok.txt", "fine");
        _folder.Write("public/sub/ok.txt", "fine below");
        File.CreateSymbolicLink(_folder.FileOf("public/link.txt"), _folder.FileOf("secret.txt"));
        Directory.CreateSymbolicLink(_folder.FileOf("public/linked"), _folder.FileOf("public-neighbour"));
        using (var fifo = Process.Start("mkfifo", _folder.FileOf("public/pipe")))
            await fifo.WaitForExitAsync();
        Sluice = await SluiceProcess.StartAsync(_folder.FileOf("public"));
    }

    public async ValueTask DisposeAsync()
    {
        if (Sluice is not null)
            await Sluice.DisposeAsync();
        _folder.Dispose();
    }
}
