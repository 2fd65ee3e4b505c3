namespace S3Auth.Cli.Checking.Steps;

/// <summary>Reports whether the connection is encrypted. <see cref="ServerStep"/> reports TLS failures.</summary>
internal sealed class TlsStep : ICheckStep
{
    public string Name => "TLS";

    public string Advice => "";

    public Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var server = context.Session.Server;
        var detail = (server.Scheme, server.IsLoopback) switch
        {
            ("https", _) => "this machine trusts the server's certificate",
            (_, true) => "not used, and not needed on this machine",
            _ => "not used: anyone on the network path can read and use the grants",
        };
        return Task.FromResult<StepResult?>(new StepResult(Name, detail));
    }
}
