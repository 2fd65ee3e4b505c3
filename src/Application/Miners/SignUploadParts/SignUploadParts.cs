namespace S3Auth.Application.Miners;

/// <summary>Request of a miner for URLs of parts of a multipart upload.</summary>
public sealed record SignUploadPartsCommand : MultipartRequest, IRequest<SignedParts>
{
    /// <summary>The maximum number of parts in a request.</summary>
    public const int MaxParts = 1000;

    /// <summary>The numbers of the parts, 1 to 1,000 of them. Request only those that you send next.</summary>
    public IReadOnlyList<long?>? PartNumbers { get; init; }
}

internal sealed class SignUploadPartsValidator : MultipartRequestValidator<SignUploadPartsCommand>
{
    public SignUploadPartsValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.PartNumbers)
            .Must(numbers => numbers is { Count: >= 1 and <= SignUploadPartsCommand.MaxParts } && !numbers.Contains(null))
            .WithMessage($"Send 'part_numbers': 1 to {SignUploadPartsCommand.MaxParts} numbers of parts, which begin at 1.");
    }
}

/// <summary>Signs the URLs of parts, each for the planned size of that part.</summary>
internal sealed class SignUploadPartsHandler(CallersUploads uploads, GrantIssuer grants, ResponseMemoryLease memory)
    : IRequestHandler<SignUploadPartsCommand, SignedParts>
{
    /// <summary>How long a part URL lasts. Short, because a client requests the URLs of the parts that it sends next.</summary>
    internal static readonly TimeSpan Duration = TimeSpan.FromHours(1);

    private const long MemoryForPart = 64;

    public async Task<SignedParts> Handle(SignUploadPartsCommand request, CancellationToken cancellationToken)
    {
        var upload = uploads.Find(request);
        var numbers = request.PartNumbers!;
        if (numbers.FirstOrDefault(number => !upload.Plan.Has(number!.Value)) is { } unknown)
        {
            throw new RefusedException(
                RefusalCode.InvalidRequest,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"This upload has no part {unknown}: its {upload.Plan.PartCount} parts are numbered from 1."));
        }

        await memory.TakeAsync(numbers.Count * MemoryForPart, cancellationToken);
        var grant = await grants.IssueForAsync(Duration, cancellationToken);
        var first = Sign((int)numbers[0]!.Value);
        return new SignedParts
        {
            S3Key = upload.Key.Key,
            Parts = new LazyList<long?, SignedPart>(numbers, number => number == first.PartNumber ? first : Sign((int)number!.Value)),
            ExpiresInSeconds = grant.Seconds,
            Expiry = grant.Expiry,
        };

        SignedPart Sign(int number)
        {
            var size = upload.Plan.SizeOf(number);
            return new SignedPart(number, size, grant.Signer.SignPart(upload.Key, upload.StoreId, number, size, grant.Expiry));
        }
    }
}
