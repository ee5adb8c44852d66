using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

/// <summary>What a server says of itself in answer to HELLO.</summary>
/// <param name="Version">Its version, such as 7.0.15.</param>
/// <param name="IsCluster">True for a node of a cluster.</param>
/// <param name="Role">master or replica.</param>
/// <param name="IsSentinel">True for a Sentinel, which watches others and holds nothing.</param>
internal sealed record RedisGreeting(string Version, bool IsCluster, string Role, bool IsSentinel = false)
{
    public static RedisGreeting Read(RespValue hello)
    {
        var (version, mode, role) = ("", "", "");
        for (var i = 0; i + 1 < hello.Items.Length; i += 2)
            switch (hello.Items[i].AsText())
            {
                case "version":
                    version = hello.Items[i + 1].AsText();
                    break;
                case "mode":
                    mode = hello.Items[i + 1].AsText();
                    break;
                case "role":
                    role = hello.Items[i + 1].AsText();
                    break;
            }
        return new(version, mode == "cluster", role, mode == "sentinel");
    }
}
