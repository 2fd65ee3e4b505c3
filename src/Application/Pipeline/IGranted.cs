namespace S3Auth.Application.Pipeline;

/// <summary>The answer to a signed request: it can say in a line what it opens.</summary>
public interface IGranted
{
    /// <summary>What it opens.</summary>
    GrantedAccess Granted { get; }
}
