namespace S3Auth.Api.Controllers;

/// <summary>The endpoint for temporary credentials.</summary>
[ApiController]
[Tags("Temporary credentials")]
public sealed class SessionsController(IMediator mediator) : ControllerBase
{
    /// <summary>Get temporary credentials for any S3 tool</summary>
    /// <remarks>
    /// Returns temporary credentials (a session) for aws-cli, rclone, boto3 and every other S3 tool. With `role` `miner`, they allow a
    /// miner to upload into its own folders, and to list and read them; with `validator`, they allow a validator to list and read all
    /// miners' folders. They allow nothing else. The store enforces this; it does not enforce the rules in `not_enforced`. A request
    /// within the first half of a session returns the same session and costs nothing. Sign `s3:data:access:{coldkey}:{hotkey}:{timestamp}`
    /// as a miner, or `s3:validator:access:{timestamp}` as a validator, with the hotkey, or send Tao v2 or Epistula v2 headers. `s3auth
    /// sign folder-access` and `s3auth sign validator-access` print the signature; `s3auth credentials` does everything.
    /// </remarks>
    [HttpPost("/get-session-credentials", Name = "getSessionCredentials")]
    [Refuses(
        RefusalCode.ColdkeyMismatch, RefusalCode.NotAValidator, RefusalCode.SessionCredentialsUnsupported, RefusalCode.StorageTimeout)]
    public Task<SessionCredentials> GetSessionCredentials(GetSessionCredentialsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}
