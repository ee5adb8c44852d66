using System.Diagnostics;

namespace Sluice.TestKit.Redis;

/// <summary>A network of its own (ip netns) at the other end of a pair of devices: what runs in it can be cut off without a word, as by a cable that is pulled out. Needs root on Linux.</summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly string inner;

    private NetworkNamespace(string name, string outer, string inner, string near, string far) =>
        (Name, Outer, this.inner, Near, Address) = (name, outer, inner, near, far);

    /// <summary>Its name, for <c>ip netns exec</c>.</summary>
    public string Name { get; }

    /// <summary>Its address, as this machine sees it.</summary>
    public string Address { get; }

    private string Outer { get; }

    private string Near { get; }

    /// <summary>Makes one; null where this user or machine may not.</summary>
    public static NetworkNamespace? TryMake()
    {
        // Addresses for measurements between devices (RFC 2544), which nobody routes.
        var word = Guid.NewGuid().ToString("N")[..8];
        var block = Random.Shared.Next(1 << 14) * 4;
        var network = new NetworkNamespace("sluice-" + word, "sl" + word + "o", "sl" + word + "i", $"198.18.{block >> 8}.{(block & 255) + 1}", $"198.18.{block >> 8}.{(block & 255) + 2}");
        if (Run("netns", "add", network.Name) && Run("link", "add", network.Outer, "type", "veth", "peer", "name", network.inner, "netns", network.Name)
            && Run("addr", "add", network.Near + "/30", "dev", network.Outer) && Run("link", "set", network.Outer, "up")
            && network.Within("addr", "add", network.Address + "/30", "dev", network.inner) && network.Within("link", "set", network.inner, "up")) return network;
        network.Dispose();
        return null;
    }

    /// <summary>Nothing gets through from now on, and neither side is told.</summary>
    public void Cut()
    {
        if (!Within("link", "set", inner, "down")) throw new InvalidOperationException("ip could not cut the link");
    }

    public void Mend()
    {
        if (!Within("link", "set", inner, "up")) throw new InvalidOperationException("ip could not mend the link");
    }

    /// <summary>Takes the devices with it.</summary>
    public void Dispose() => Run("netns", "del", Name);

    private bool Within(params string[] words) => Run(["-n", Name, .. words]);

    private static bool Run(params string[] words)
    {
        try
        {
            using var ip = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            ip.WaitForExit();
            return ip.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
