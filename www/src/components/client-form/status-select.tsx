import { Label, ListBox, Select } from '@heroui/react';
import type { ClientStatus } from '@/data/types';

const statuses: { id: ClientStatus; label: string }[] = [
  { id: 'enquiry', label: 'Enquiry' },
  { id: 'booked', label: 'Booked' },
  { id: 'completed', label: 'Completed' },
  { id: 'lost', label: 'Lost' },
];

interface StatusSelectProps {
  value: ClientStatus;
  onChange: (status: ClientStatus) => void;
  className?: string;
}

export function StatusSelect({ value, onChange, className }: StatusSelectProps) {
  return (
    <Select
      name="status"
      className={className}
      value={value}
      onChange={(key) => {
        const chosen = statuses.find((status) => status.id === key);
        if (chosen) onChange(chosen.id);
      }}
    >
      <Label>Status</Label>
      <Select.Trigger className="h-11 items-center">
        <Select.Value />
        <Select.Indicator />
      </Select.Trigger>
      <Select.Popover>
        <ListBox>
          {statuses.map((status) => (
            <ListBox.Item key={status.id} id={status.id} textValue={status.label}>
              {status.label}
              <ListBox.ItemIndicator />
            </ListBox.Item>
          ))}
        </ListBox>
      </Select.Popover>
    </Select>
  );
}
