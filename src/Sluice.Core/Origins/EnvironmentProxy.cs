using System.Net;

namespace Sluice.Core.Origins;

/// <summary>A proxy without user and password in its address: .NET tells the address where it is refused, and what it tells is logged. They are its credentials all the same.</summary>
/// <param name="named">The proxy as it is set, such as by HTTPS_PROXY.</param>
public sealed class EnvironmentProxy(IWebProxy named) : IWebProxy
{
    /// <summary>The one of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY).</summary>
    public static EnvironmentProxy OfProcess { get; } = new(HttpClient.DefaultProxy);

    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => named.Credentials;
        set => named.Credentials = value;
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => named.GetProxy(destination) switch
    {
        { UserInfo.Length: > 0 } address => new UriBuilder(address) { UserName = "", Password = "" }.Uri,
        var address => address,
    };

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => named.IsBypassed(host);
}
