namespace S3Auth.Application.Validators;

internal sealed class GetFilePresignedUrlsValidator : OneMinerRequestValidator<GetFilePresignedUrlsCommand>
{
    public GetFilePresignedUrlsValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.FileKeys)
            .Must(keys => keys is { Count: >= 1 and <= GetFilePresignedUrlsCommand.MaxKeys } && !keys.Contains(null))
            .WithMessage($"Send 'file_keys': 1 to {GetFilePresignedUrlsCommand.MaxKeys} keys of files, as a listing returns them.");

        RuleFor(command => command.ExpiryHours)
            .InclusiveBetween(1, GetFilePresignedUrlsCommand.MaxHours)
            .WithMessage($"Send 'expiry_hours' from 1 to {GetFilePresignedUrlsCommand.MaxHours}, or leave it out for {GetFilePresignedUrlsCommand.DefaultHours}.");
    }
}
