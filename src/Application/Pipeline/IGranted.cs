namespace S3Auth.Application.Pipeline;

/// <summary>The response to a signed request. It describes its grant for the audit record.</summary>
public interface IGranted
{
    /// <summary>The granted access.</summary>
    GrantedAccess Granted { get; }
}
